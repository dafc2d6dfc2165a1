"""Endpoints on real models, as small as an app's own, for the tests of what every endpoint inherits."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.urls import include, path, re_path
from rest_framework.decorators import action
from rest_framework.response import Response

from config.base.api.pagination import NewestFirstPagination
from config.base.api.routers import BaseRouter, NothingView, ResourcesView
from config.base.api.views import BaseViewSet, ReadOnlyBaseViewSet
from config.base.exceptions import DomainError
from config.base.serializers import BaseSerializer


class StudentSerializer(BaseSerializer):
    class Meta:
        model = apps.get_model("accounts.StudentProfile")
        fields = "__all__"


class StudentViewSet(BaseViewSet):
    serializer_class = StudentSerializer
    filterset_fields = {
        "user": ["exact"],
        "level": ["exact"],
        "birth_date": ["exact", "isnull"],
        "created_at": ["gte"],
    }
    search_fields = ("school", "user__full_name")
    ordering_fields = ("school",)

    @action(detail=True, methods=["post"])
    def promote(self, request: Any, **kwargs: Any) -> Response:
        student = self.get_object()
        student.school = "Promoted"
        student.save()
        if "refuse" in request.data:
            raise DomainError("Not this one.", code="refused")
        return self.represent(student)


class GuardianshipSerializer(BaseSerializer):
    """Hides a column, which the history must then hide too."""

    class Meta:
        model = apps.get_model("accounts.Guardianship")
        exclude = ("relationship",)


class GuardianshipViewSet(BaseViewSet):
    serializer_class = GuardianshipSerializer
    pagination_class = NewestFirstPagination


class PersonSerializer(BaseSerializer):
    class Meta:
        model = apps.get_model("accounts.User")
        fields = "__all__"


class PersonViewSet(BaseViewSet):
    serializer_class = PersonSerializer


class LookOnlyViewSet(ReadOnlyBaseViewSet):
    serializer_class = StudentSerializer


class BrokenViewSet(ReadOnlyBaseViewSet):
    serializer_class = StudentSerializer

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        raise RuntimeError("Nobody foresaw this.")


router = BaseRouter("test")
router.register("students", StudentViewSet, basename="students")
router.register("guardianships", GuardianshipViewSet, basename="guardianships")
router.register("people", PersonViewSet, basename="people")
router.register("look-only", LookOnlyViewSet, basename="look-only")
router.register("broken", BrokenViewSet, basename="broken")

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", ResourcesView.as_view(api_root_dict={"students": "students-list"}), name="api-root"),
    path("api/v1/test/", include(router.urls)),
    re_path(r"^api/v1/.*/$", NothingView.as_view()),
]
handler500 = "config.base.api.errors.server_error"
