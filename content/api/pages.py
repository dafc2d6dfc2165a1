"""A document's pages over the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import renderers, serializers

from config.base.api.errors import Problem

from ..downloads import PagesGoneError
from ..models import GeneratedDocument

GONE: dict[Any, Any] = {
    (410, "application/problem+json"): OpenApiResponse(
        OpenApiTypes.OBJECT, description="The pages were erased."
    )
}
HTML: dict[Any, Any] = {
    (200, "text/html"): OpenApiResponse(OpenApiTypes.STR, description="One page, in itself complete."),
    **GONE,
}
PDF: dict[Any, Any] = {
    (200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, description="A tagged PDF."),
    **GONE,
}


class PDFRenderer(renderers.BaseRenderer):
    """Lets a client ask for a PDF; what it then gets is written by the view, or an error."""

    media_type = "application/pdf"
    format = "pdf"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return renderers.JSONRenderer().render(data)


class ReplaySerializer(serializers.Serializer[Any]):
    """What came of making a document again."""

    matches = serializers.BooleanField()
    html_matches = serializers.BooleanField()
    pdf_matches = serializers.BooleanField()
    html_sha256 = serializers.CharField()
    pdf_sha256 = serializers.CharField()
    engines = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), allow_null=True
    )
    problem = serializers.CharField()
    damaged = serializers.ListField(child=serializers.CharField())
    is_erased = serializers.BooleanField()


def pages(
    document: GeneratedDocument, answer: Callable[[GeneratedDocument], HttpResponseBase]
) -> HttpResponseBase:
    """The document's pages. Problem 410 once they were erased."""
    try:
        return answer(document)
    except PagesGoneError as error:
        raise Problem(410, error.code, str(error)) from error
