"""Importing a file in the back office: sent, read as somebody says, looked at, and only then imported.

The file is kept privately meanwhile (`crm.uploads`), for whoever sent it; a large one is looked at in the background.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from config.base.exceptions import DomainError
from config.base.sheets import BYTE_ORDER_MARK

from .. import services, tasks, uploads
from ..importing.files import inspect
from ..uploads import Upload
from .import_forms import ColumnsForm, UploadForm
from .import_words import codes_of, figures_of, label_of_also, label_of_column

ADD = "crm.add_importbatch"

#: How many rejects and how many differing cells the preview lists.
SHOWN = 100

#: In seconds: how often a page asks how far the work has come.
REFRESH = 2


class ImportPagesMixin:
    """Mixed into the admin of imports."""

    menu_pages = (
        (gettext_lazy("Import a file"), "drive_folder_upload", "admin:crm_importbatch_import", ADD),
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = [
            path("import/", view(self.import_view), name="crm_importbatch_import"),
            path("import/<uuid:token>/columns/", view(self.columns_view), name="crm_importbatch_columns"),
            path("import/<uuid:token>/", view(self.preview_view), name="crm_importbatch_preview"),
            path(
                "import/<uuid:token>/rejects/",
                view(self.preview_rejects_view),
                name="crm_importbatch_preview_rejects",
            ),
        ]
        return own + super().get_urls()  # type: ignore[misc,no-any-return]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """The form for the file; on POST it is kept, and the next page says what would become of it."""
        _require(request)
        if request.method != "POST":
            kind = request.GET.get("kind", "")
            return self._import_page(request, "import.html", {"form": UploadForm(initial={"kind": kind})})
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._import_page(request, "import.html", {"form": form})
        file = form.cleaned_data["file"]
        upload = uploads.keep_upload(
            chunks=file.chunks(), kind=form.cleaned_data["kind"], file_name=file.name, owner=_owner(request)
        )
        try:
            inspect(upload.path)
        except DomainError as error:
            uploads.discard_upload(upload)
            form.add_error("file", str(error))
            return self._import_page(request, "import.html", {"form": form})
        if form.is_by_hand:
            return redirect("admin:crm_importbatch_columns", token=upload.token)
        return _look_at(request, uploads.map_upload(upload, form.mapping))

    def columns_view(self, request: HttpRequest, token: Any) -> HttpResponse:
        """Which of the file's columns is which."""
        _require(request)
        upload = _upload(request, token)
        header = inspect(upload.path).header
        form = ColumnsForm(upload.kind, header, request.POST if request.method == "POST" else None)
        if form.is_valid():
            return _look_at(request, uploads.map_upload(upload, form.mapping))
        return self._import_page(request, "columns.html", {"form": form, "upload": upload, "header": header})

    def preview_view(self, request: HttpRequest, token: Any) -> HttpResponse:
        """What an import of the file would do; on POST it is begun."""
        _require(request)
        upload = _upload(request, token)
        if request.method == "POST":
            return self._begin(request, upload)
        checked = uploads.result_of(upload)
        if checked is None and upload.is_small:
            checked = uploads.check_upload(upload)
        columns_url = reverse("admin:crm_importbatch_columns", args=[token])
        context: dict[str, Any] = {"upload": upload, "checked": checked, "columns_url": columns_url}
        if checked is None:
            return self._import_page(request, "checking.html", {**context, **_how_far(upload)})
        codes = codes_of(upload.kind, checked.codes)
        rejects = checked.rejects[:SHOWN]
        changes = [(each, label_of_column(each["column"])) for each in checked.changes[:SHOWN]]
        context |= {
            "figures": figures_of(
                checked.read, checked.created, checked.updated, checked.unchanged, checked.rejected
            ),
            "also": [(label_of_also(name), number) for name, number in checked.also.items() if number],
            "rejected_codes": [code for code in codes if code.refuses],
            "noted_codes": [code for code in codes if not code.refuses],
            "rejects": rejects,
            "changes": changes,
            "is_cut": checked.rejected > len(rejects),
            "writes": checked.created + checked.updated,
        }
        return self._import_page(request, "preview.html", context)

    def preview_rejects_view(self, request: HttpRequest, token: Any) -> HttpResponseBase:
        """The rows that would be rejected, as a file to mend and load again."""
        _require(request)
        upload = _upload(request, token)
        if not upload.rejects.is_file():
            raise Http404
        return rejects_response(upload.rejects.open("rb"), upload.file_name)

    def _begin(self, request: HttpRequest, upload: Upload) -> HttpResponse:
        try:
            with transaction.atomic():
                batch = services.start_import(
                    kind=upload.kind,
                    source=upload.path,
                    file_name=upload.file_name,
                    mapping=upload.mapping,
                    imported_by=request.user,
                )
                tasks.import_later(batch)
        except DomainError as error:
            self.message_user(request, str(error), messages.ERROR)  # type: ignore[attr-defined]
            return redirect("admin:crm_importbatch_preview", token=upload.token)
        uploads.discard_upload(upload)
        return redirect("admin:crm_importbatch_report", batch.pk)

    def _import_page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        form = context.get("form")
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Import a file"),
            "subtitle": None,
            "opts": self.opts,  # type: ignore[attr-defined]
            "import_url": reverse("admin:crm_importbatch_import"),
            "list_url": reverse("admin:crm_importbatch_changelist"),
            **context,
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        status = 400 if form is not None and form.errors else 200
        return TemplateResponse(request, f"admin/crm/importbatch/{template}", context, status=status)


def rejects_response(pieces: Iterable[bytes], file_name: str) -> StreamingHttpResponse:
    """The rejected rows to download, called after the file that they are from; no cache keeps them.

    People mend them in a spreadsheet, which takes them for UTF-8 by the mark in front.
    """
    name = f"rejects-{file_name.removesuffix('.gz').rpartition('.')[0] or file_name}.csv"
    headers = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Cache-Control": "no-store",
    }
    return StreamingHttpResponse(chain([BYTE_ORDER_MARK.encode()], pieces), headers=headers)


def percent_of(read: int, total: int) -> int:
    """How far that is, 0…100."""
    return min(100, 100 * read // total) if total else 0


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm(ADD):
        raise PermissionDenied


def _owner(request: HttpRequest) -> int:
    """Whoever is signed in, as the admin's pages require."""
    return int(request.user.pk or 0)


def _upload(request: HttpRequest, token: Any) -> Upload:
    """The file that this person sent; else there is none."""
    upload = uploads.find_upload(token=str(token), owner=_owner(request))
    if upload is None:
        raise Http404
    return upload


def _look_at(request: HttpRequest, upload: Upload) -> HttpResponse:
    """Look at a small file now, have a large one looked at; either way the page of the file says what was found."""
    if upload.is_small:
        uploads.check_upload(upload)
    else:
        tasks.later(
            tasks.check_upload, token=upload.token, user_id=request.user.pk, language=get_language() or "fr"
        )
    return redirect("admin:crm_importbatch_preview", token=upload.token)


def _how_far(upload: Upload) -> dict[str, Any]:
    progress = uploads.progress_of(upload)
    percent = None if progress is None else percent_of(*progress)
    return {"refresh": REFRESH, "percent": percent, "is_waiting": progress is None}
