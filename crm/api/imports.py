"""Imports over the API: a file is sent, looked at or imported; an import is called off, resumed, undone."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.http import Http404, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import renderers, serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.api.strict import StrictSerializer
from config.base.api.views import ReadOnlyBaseViewSet
from config.base.exceptions import DomainError

from .. import services, tasks
from ..importing import mappings, store
from ..models import ImportBatch
from ..uploads import MAX_SIZE, as_checked
from .serializers import ImportBatchSerializer


class MappingField(serializers.CharField):
    """The name of a shipped mapping, or a mapping as JSON."""

    default_error_messages = {
        "unknown_name": gettext_lazy("There is no mapping of this name for this kind of file."),
        "no_json": gettext_lazy("This is neither a name nor JSON."),
    }

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            return data
        text = super().to_internal_value(data)
        if not text.lstrip().startswith("{"):
            return text
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            self.fail("no_json")


class ImportRequestSerializer(StrictSerializer):
    """A file to import: CSV with a header, plain or gzip, in UTF-8 or Windows-1252."""

    file = serializers.FileField(help_text="200 MB at most.")
    kind = serializers.ChoiceField(choices=ImportBatch.Kind.choices)
    mapping = MappingField(
        required=False,
        max_length=50_000,
        help_text="A shipped mapping's name, or JSON. Without one the columns say themselves what they are.",
    )

    def judge(self, values: dict[str, Any]) -> dict[str, Any]:
        errors: dict[str, Any] = {}
        if "file" in values and values["file"].size > MAX_SIZE:
            errors["file"] = [_invalid(_("The file is larger than 200 MB. The command imports it."))]
        kind, mapping = values.get("kind"), values.get("mapping")
        if kind and isinstance(mapping, str) and mapping not in mappings.names(kind):
            # a path names a file only where a command is given it
            errors["mapping"] = [_invalid(str(MappingField.default_error_messages["unknown_name"]))]
        elif kind and isinstance(mapping, dict):
            try:
                mappings.load(mapping, kind=kind)
            except DomainError as error:
                errors["mapping"] = [_invalid(str(error))]
        return errors


class RejectedRowSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A row that would not be taken, or one that was not."""

    line = serializers.IntegerField()
    column = serializers.CharField()
    code = serializers.CharField()
    value = serializers.CharField()
    message = serializers.CharField()


class CellChangeSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A cell that differs from what is stored."""

    line = serializers.IntegerField()
    key = serializers.CharField()
    column = serializers.CharField()
    old = serializers.CharField(allow_null=True)
    new = serializers.CharField(allow_null=True)


class CheckedImportSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """What an import would do: created + updated + unchanged + rejected = read. `codes` counts rows by code."""

    read = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    codes = serializers.DictField(child=serializers.IntegerField())
    also = serializers.DictField(child=serializers.IntegerField())
    rejects = RejectedRowSerializer(many=True)
    changes = CellChangeSerializer(many=True)


class CSVRenderer(renderers.BaseRenderer):
    """Lets a client ask for CSV; what it then gets is written by the view, or an error."""

    media_type = "text/csv"
    format = "csv"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return json.dumps(data, ensure_ascii=False).encode()


FILE = {"multipart/form-data": ImportRequestSerializer}


class ImportBatchViewSet(ReadOnlyBaseViewSet):
    serializer_class = ImportBatchSerializer
    request_serializer_class = ImportRequestSerializer
    filterset_fields = ("kind", "status", "sha256", "imported_by")
    search_fields = ("file_name",)
    ordering_fields = ("started_at", "rows_read")

    @extend_schema(
        summary="Import a file in the background", request=FILE, responses={201: ImportBatchSerializer}
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """The import waits for a worker; its row tells how far it is."""
        with _sent(request) as given:
            batch = services.start_import(**given, imported_by=request.user)
        tasks.import_later(batch)
        response = self.represent(batch, status=status.HTTP_201_CREATED)
        response["Location"] = request.build_absolute_uri(f"{request.path}{batch.pk}/")
        return response

    @extend_schema(
        summary="Say what importing a file would do", request=FILE, responses={200: CheckedImportSerializer}
    )
    @action(detail=False, methods=["post"], versioned=False)
    def check(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """The import is done and taken back: nothing of it stays. At most 1,000 rejects are listed."""
        with _sent(request) as given:
            checked = as_checked(services.check_import(**given))
        return Response(CheckedImportSerializer(asdict(checked)).data)

    @extend_schema(summary="Call an import off", request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """One that waits ends at once, one that runs before it writes anything."""
        return self.represent(services.cancel_import(batch=self.get_object()))

    @extend_schema(summary="Resume an import whose worker died, that failed or was called off", request=None)
    @action(detail=True, methods=["post"])
    def resume(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """It waits for a worker again, and comes to the same result."""
        return self.represent(tasks.resume_later(self.get_object()))

    @extend_schema(summary="Undo an import", request=None)
    @action(detail=True, methods=["post"])
    def undo(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What it created goes to the trash, what it updated is as before; or nothing happens, for reasons given."""
        batch = self.get_object()
        services.undo_import(batch=batch)
        return self.represent(batch)

    @extend_schema(
        summary="The rows that were rejected, as CSV",
        responses={
            (200, "text/csv"): OpenApiResponse(
                OpenApiTypes.STR, description="The file's own columns, and why."
            )
        },
    )
    @action(
        detail=True,
        versioned=False,
        renderer_classes=[*ReadOnlyBaseViewSet.renderer_classes, CSVRenderer],
    )
    def rejects(self, request: Any, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        """To be mended and imported again."""
        batch = self.get_object()
        try:
            pieces = store.open_rejects(batch)
        except DomainError as error:
            raise Http404(str(error)) from error
        disposition = content_disposition_header(True, f"rejects-{batch.pk}.csv") or "attachment"
        headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
        return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=headers)


@contextmanager
def _sent(request: Any) -> Iterator[dict[str, Any]]:
    """What the request sends, as the services take it; the file is on disk meanwhile."""
    body = ImportRequestSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    values = body.validated_data
    with tempfile.NamedTemporaryFile() as copy:
        for chunk in values["file"].chunks():
            copy.write(chunk)
        copy.flush()
        yield {
            "kind": values["kind"],
            "source": Path(copy.name),
            "file_name": values["file"].name,
            "mapping": values.get("mapping"),
        }


def _invalid(message: str) -> Any:
    from django.core.exceptions import ValidationError

    return ValidationError(message, code="invalid")
