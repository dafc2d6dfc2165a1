"""Addresses: `/api/v1/<app>/<plural-kebab>/`."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import routers
from rest_framework.permissions import IsAdminUser
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView


@extend_schema(exclude=True)
class ResourcesView(routers.APIRootView):
    """The resources of this app."""

    permission_classes = (IsAdminUser,)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return Response({name: reverse(url, request=request) for name, url in self.api_root_dict.items()})


@extend_schema(exclude=True)
class NothingView(APIView):
    """Whatever else is asked for below the API: its own 404, once signed in."""

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise Http404


class PersonalRouter(routers.SimpleRouter):
    """For an app's part of `/api/v1/me/`; route names begin with `me-`, as the same models have others."""

    def get_default_basename(self, viewset: Any) -> str:
        return f"me-{viewset.serializer_class.Meta.model._meta.model_name}"


class BaseRouter(routers.DefaultRouter):
    """One per app: `router = BaseRouter("courses")`, `router.register("lessons", LessonViewSet)`.

    Route names carry the app's label (`courses-lesson-list`), because two apps may use one word.
    """

    include_format_suffixes = False
    APIRootView = ResourcesView

    def __init__(self, app_label: str) -> None:
        self.root_view_name = f"{app_label}-root"
        super().__init__()

    def get_default_basename(self, viewset: Any) -> str:
        meta = viewset.serializer_class.Meta.model._meta
        return f"{meta.app_label}-{meta.model_name}"
