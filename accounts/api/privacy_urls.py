"""One's own data below /api/v1/me/."""

from django.urls import path

from . import privacy

urlpatterns = [
    path("export/", privacy.OwnExportView.as_view(), name="me-export"),
    path("erase/", privacy.OwnErasureView.as_view(), name="me-erase"),
]
