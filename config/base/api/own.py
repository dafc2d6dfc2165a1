"""One row of who is signed in, at an address without a number: `/api/v1/me/`, `/api/v1/me/profiles/student/`."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from config.base.conflicts import count_conflict

from .parameters import refuse_unknown
from .writes import etag_of, in_one_transaction, require_if_match, require_match


class OwnRowView(GenericAPIView[Any]):
    """Read it and change it under its ETag. A subclass names the serializer, and in `get_queryset` the row:
    one, or none.

    It offers PATCH and PUT by pointing them to `change` and `replace`; `replace` makes the row where there is none and
    the subclass has a `create`.
    """

    permission_classes = (IsAuthenticated,)
    is_personal = True
    #: For the OpenAPI description: changes want If-Match.
    locks_row = True

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_unknown(request)

    def create(self, serializer: Any) -> None:
        """Save the first one; overridden where a person may make their own."""
        raise Http404

    def get(self, request: Any) -> Response:
        return self._represent(self._found())

    def change(self, request: Any) -> Response:
        return self._write(request, partial=True)

    def replace(self, request: Any) -> Response:
        return self._write(request, partial=False)

    def _write(self, request: Any, *, partial: bool) -> Response:
        return in_one_transaction(self._save)(request, partial=partial)

    def _save(self, request: Any, *, partial: bool) -> Response:
        key = self.get_queryset().values_list("pk", flat=True).first()
        if key is None and not partial:
            serializer = self.get_serializer(data=request.data)
            serializer.is_valid(raise_exception=True)
            self.create(serializer)
            return self._represent(serializer.instance, status=status.HTTP_201_CREATED)
        if key is None:
            raise Http404
        require_if_match(request)
        model = self.get_queryset().model
        model._base_manager.select_for_update(no_key=True).filter(pk=key).values_list("pk").first()
        row = self._found()
        require_match(request, row)
        serializer = self.get_serializer(row, data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return self._represent(self._found())

    def _found(self) -> Any:
        row = self.get_queryset().first()
        if row is None:
            raise Http404
        return row

    def _represent(self, row: Any, *, status: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(row).data, status=status, headers={"ETag": etag_of(row)})

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if response.status_code == status.HTTP_412_PRECONDITION_FAILED:
            count_conflict(self.get_queryset().model)
        return response
