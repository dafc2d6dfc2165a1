"""Personal data over the API: one's own, and for staff anybody's whom they may manage."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate, logout
from django.core.exceptions import ValidationError as ModelValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from config.base.api.errors import Problem

from ..models import User
from ..privileges import may_manage
from ..services import erase_person, export_person
from .fields import RawPasswordField
from .strict import Errors, StrictSerializer

EXPORT = OpenApiResponse(
    OpenApiTypes.OBJECT,
    description='A file to keep: {"person": 7, "exported_at": "…", "data": {"learning": {"Review": [{…}]}}}.',
)


class ErasureSerializer(StrictSerializer):
    """Two proofs that somebody means it: their password, and their own user name."""

    password = RawPasswordField(max_length=4096)
    confirmation = serializers.CharField(max_length=255, help_text=gettext_lazy("Your own user name."))

    def judge(self, values: dict[str, Any]) -> Errors:
        if "confirmation" not in values or values["confirmation"] == self.context["request"].user.username:
            return {}
        message = _("Type your own user name, exactly as it is.")
        return {"confirmation": [ModelValidationError(message, code="confirmation")]}


def download(user: User) -> Response:
    """The export as a file; a browser saves it, nobody keeps a copy on the way."""
    headers = {
        "Content-Disposition": f'attachment; filename="personal-data-{user.pk}.json"',
        "Cache-Control": "no-store",
    }
    return Response(export_person(user=user), headers=headers)


class OwnExportView(APIView):
    """All that is stored of oneself."""

    permission_classes = (IsAuthenticated,)
    renderer_classes = (JSONRenderer,)  # a browser too saves JSON, not a page about it

    @extend_schema(summary="Download one's own personal data", responses={200: EXPORT})
    def get(self, request: Any) -> Response:
        """Without answer keys and what is other people's. The log says that it was done."""
        return download(request.user)


class OwnErasureView(APIView):
    """The end of oneself here."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        summary="Erase one's own personal data, for good",
        request=ErasureSerializer,
        responses={204: None},
    )
    def post(self, request: Any) -> Response:
        """Cannot be undone. Every session and token ends. A wrong password is a 403, and counts as a failed sign-in."""
        given = ErasureSerializer(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        user = request.user
        password = given.validated_data["password"]
        found = authenticate(request._request, username=user.username, password=password)
        if found is None or found.pk != user.pk:
            raise Problem(403, "wrong_password", _("The password is not right. Nothing was erased."))
        erase_person(user=found)
        if request.auth is None:
            logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PersonalDataMixin:
    """Two actions on a person for staff; somebody in the trash is found too."""

    def get_rows(self) -> Any:
        if self.action in ("erase", "export"):  # type: ignore[attr-defined]
            return User.all_objects.all()
        return super().get_rows()  # type: ignore[misc]

    @extend_schema(summary="Download a person's data", responses={200: EXPORT})
    @action(
        detail=True,
        required_right="accounts.export_user",
        filter_backends=(),
        renderer_classes=(JSONRenderer,),
    )
    def export(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Of somebody with no more rights than one's own. The log says who did it."""
        user = self.get_object()  # type: ignore[attr-defined]
        if not may_manage(request.user, user):
            raise PermissionDenied
        return download(user)

    @extend_schema(summary="Erase a person's data, for good", request=None, responses={204: None})
    @action(detail=True, methods=["post"], required_right="accounts.erase_user")
    def erase(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Cannot be undone. The row stays under a neutral name, and so does what others count on."""
        erase_person(user=self.get_object())  # type: ignore[attr-defined]
        return Response(status=status.HTTP_204_NO_CONTENT)
