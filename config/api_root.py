"""The API's front page: which apps there are."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView


@extend_schema(
    summary="The apps of the API",
    responses={200: {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}},
)
class ApiRootView(APIView):
    """Lists the apps; each app's address lists its resources."""

    apps: ClassVar[tuple[str, ...]] = ("me", "accounts", "courses", "learning", "content", "crm")

    def get_view_name(self) -> str:
        return str(_("API"))

    def get(self, request: Request) -> Response:
        root = reverse("api-root", request=request)
        return Response({app: f"{root}{app}/" for app in self.apps})
