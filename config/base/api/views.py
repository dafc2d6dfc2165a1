"""The viewsets that an app's own are made of.

    class CourseViewSet(BaseViewSet):
        serializer_class = CourseSerializer
        filterset_fields = ("subject", "status", "difficulty")
        search_fields = ("title", "summary")
        ordering_fields = ("title", "created_at")

An extra action that changes a row calls `self.get_object()`, which has locked it and checked `If-Match`, then its
service, then returns `self.represent(row)`.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response

from config.base.batch import batch_rows
from config.base.conflicts import count_conflict
from config.base.deletion import preview
from config.base.rows import not_yours, reaches, rows_for

from .columns import chosen_columns, load_for
from .fields import as_key
from .filters import FilterBackend, FoldedSearch, StrictOrdering
from .pagination import NumberedPagination
from .parameters import known_parameters
from .past import HistoryMixin
from .permissions import StaffByModelPermission, require_right_to_delete, rights_needed
from .writes import etag_of, in_one_transaction, require_if_match, require_match


class ReadOnlyBaseViewSet(
    HistoryMixin, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet[Any]
):
    """List, retrieve, `history`, the row as it was, the trash to look at; for rows that a service owns.

    `required_right`, `query_parameters` and `versioned` are for `@action(...)`: the right that the action needs, where
    it is not the one that permissions.py derives, the query parameters that it understands, and whether it wants
    If-Match.
    """

    permission_classes = (StaffByModelPermission,)
    filter_backends = (FilterBackend, FoldedSearch, StrictOrdering)
    pagination_class: Any = NumberedPagination
    filterset_fields: Any = ()
    filterset_class: Any = None
    search_fields: tuple[str, ...] = ()
    ordering_fields: tuple[str, ...] = ()
    ordering: tuple[str, ...] = ("id",)
    required_right: str = ""
    query_parameters: tuple[str, ...] = ()

    #: False for `@action(versioned=False)`: what it does is right whichever version its client has read, because a
    #: service locks and judges what it needs. It wants no If-Match, and answers something else than the row.
    versioned = True

    #: True below /me/: rows are the person's own (see `personal`), without history and trash.
    is_personal = False

    #: The columns that the request chose; None for all.
    columns: set[str] | None = None
    #: True inside the transaction of a request that changes something.
    writing = False

    @property
    def model(self) -> Any:
        return self.get_serializer_class().Meta.model

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.action in (None, "metadata"):
            return
        self._check_parameters(request)
        if request.method not in SAFE_METHODS:
            if self.detail and self.versioned:
                require_if_match(request)
            name = request.method.lower()
            setattr(self, name, in_one_transaction(self._as_write(getattr(self, name))))

    def _check_parameters(self, request: Any) -> None:
        known = known_parameters(self)
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            detail = ErrorDetail(_("There is no such parameter here."), code="unknown")
            raise ValidationError({name: [detail] for name in unknown})
        if request.query_params.get("deleted", "only") != "only":
            raise ValidationError({"deleted": [ErrorDetail(_("Only “only” is understood."), code="invalid")]})
        if {"fields", "omit"} & known & set(request.query_params):
            self.columns = chosen_columns(request.query_params, self.column_names())

    def _as_write(self, handler: Any) -> Any:
        def write(request: Any, *args: Any, **kwargs: Any) -> Any:
            self.writing = True
            try:
                return handler(request, *args, **kwargs)
            finally:
                self.writing = False

        return write

    def column_names(self) -> set[str]:
        """The names of the columns that this view shows to who asks."""
        fields = self.get_serializer_class()(context={"request": self.request}).fields
        return {name for name, field in fields.items() if not field.write_only}

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "columns": self.columns}

    def get_rows(self) -> Any:
        """The rows that this request is about, before filters: the alive, or with `?deleted=only` the trash."""
        if self.action == "restore":
            return self.model.all_objects.all()
        if self.request is not None and "deleted" in self.request.query_params:
            return self.model.all_objects.dead()
        return self.model.objects.all() if self.queryset is None else self.queryset.all()

    def within_reach(self, rows: Any) -> Any:
        """Those of these rows that the rights which the request needs reach; the trash is for who may delete."""
        if self.request is None or getattr(self, "swagger_fake_view", False):
            return rows
        user, needed = self.request.user, rights_needed(self.request, self)
        if "delete" in needed:
            return rows_for(user, rows, "delete")
        return rows_for(user, rows, "view", *needed)

    def get_queryset(self) -> Any:
        return load_for(self.within_reach(self.get_rows()), self.get_serializer())

    def filter_queryset(self, queryset: Any) -> Any:
        return queryset if self.detail else super().filter_queryset(queryset)

    def get_object(self) -> Any:
        """The row that the address names; in a writing request locked, and still the version of `If-Match`."""
        key = as_key(self.kwargs[self.lookup_url_kwarg or self.lookup_field])
        if key is None:
            raise Http404
        if self.writing and self.versioned:
            # A statement of its own: the view's queryset may join or aggregate, which cannot be locked.
            rows = self.model._base_manager.select_for_update(no_key=self.request.method != "DELETE")
            rows.filter(pk=key).values_list("pk").first()
        row = self.get_queryset().filter(pk=key).first()
        if row is None:
            raise Http404
        self.check_object_permissions(self.request, row)
        if self.writing and self.versioned:
            require_match(self.request, row)
        return row

    def represent(self, row: Any, *, status: int = status.HTTP_200_OK) -> Response:
        """The answer that shows this row as it is stored now, with its ETag."""
        stored = self.get_queryset().filter(pk=row.pk).first() or row
        return Response(self.get_serializer(stored).data, status=status, headers={"ETag": etag_of(stored)})

    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        if "as_of" in request.query_params:
            return self.represent_past()
        row = self.get_object()
        return Response(self.get_serializer(row).data, headers={"ETag": etag_of(row)})

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if response.status_code == status.HTTP_412_PRECONDITION_FAILED:
            count_conflict(self.model)
        return response


class AddOnlyBaseViewSet(ReadOnlyBaseViewSet):
    """All of that, and create; for rows that only services change afterwards."""

    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        self.perform_create(serializer)
        self.require_reach(serializer.instance, "add")
        response = self.represent(serializer.instance, status=status.HTTP_201_CREATED)
        response["Location"] = request.build_absolute_uri(f"{request.path}{serializer.instance.pk}/")
        return response

    def perform_create(self, serializer: Any) -> None:
        """Overridden where a service creates the row: `serializer.instance = register_user(…)`."""
        serializer.save()

    def require_reach(self, row: Any, right: str) -> None:
        """400 unless the row, as it is stored now, is one that this right reaches; what was written is undone."""
        if not reaches(self.request.user, right, row):
            raise ValidationError(
                {name: [ErrorDetail(text, code="not_yours")] for name, text in not_yours(self.model).items()}
            )


class AddAndDeleteBaseViewSet(AddOnlyBaseViewSet):
    """All of that, delete to the trash and restore from it; for rows that are never changed."""

    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.perform_destroy(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def perform_destroy(self, instance: Any) -> None:
        require_right_to_delete(self.request.user, preview([instance], limit=0).rows)
        instance.delete()

    @extend_schema(summary="Take a row out of the trash, with all that fell with it", request=None)
    @action(detail=True, methods=["post"], required_right="delete")
    def restore(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Undo the whole deletion that took this row; a 409 lists every conflict."""
        row = self.get_object()
        if row.is_deleted:
            require_right_to_delete(self.request.user, batch_rows(row.deletion_id))
        row.restore()
        return self.represent(row)


class BaseViewSet(AddAndDeleteBaseViewSet):
    """All of that, and update; each in one transaction."""

    def update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        serializer = self.get_serializer(row, data=request.data, partial=kwargs.pop("partial", False))
        serializer.is_valid(raise_exception=True)
        self.perform_update(serializer)
        self.require_reach(serializer.instance, "change")
        return self.represent(serializer.instance)

    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.update(request, *args, partial=True, **kwargs)

    def perform_update(self, serializer: Any) -> None:
        serializer.save()
