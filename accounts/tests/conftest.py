"""What several files of these tests share."""

import pytest
from django.http import HttpResponse
from django.urls import NoReverseMatch, include, path, reverse

urlpatterns = [
    path("accounts/invitation/<str:key>/", HttpResponse, name="accept_invitation"),
    path("", include("config.urls")),
]


@pytest.fixture
def invitation_page(settings):
    """Where the page of an invitation's link is not there, something stands in for it."""
    try:
        reverse("accept_invitation", args=["key"])
    except NoReverseMatch:
        settings.ROOT_URLCONF = __name__
