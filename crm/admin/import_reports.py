"""What became of an import: how far it is, what it did, which rows it rejected; called off, resumed, undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.admin import link_from
from config.base.clock import now_ms
from config.base.exceptions import DomainError

from .. import services, tasks
from ..importing import store
from ..importing.undoing import WRITTEN, reason_of
from ..models import AuditItem, ImportBatch
from ..models.batch import UNFINISHED
from ..stalling import is_stalled, last_sign
from .import_words import codes_of, figures_of, label_of_column
from .importing import ADD, REFRESH, percent_of, rejects_response
from .links import list_url

VIEW, CHANGE = "crm.view_importbatch", "crm.change_importbatch"

#: How many rejects the report lists; the file and the list of audit items have them all.
SHOWN = 50

#: In seconds. An import that nobody has taken up by then waits for a worker that is not there.
IMPATIENT = 15

#: From these a finished import can be had anew: nothing of it was written.
ANEW = (ImportBatch.Status.FAILED, ImportBatch.Status.CANCELLED)

link_from(ImportBatch, "admin:crm_importbatch_report", gettext_lazy("Report of the import"), VIEW)


class ReportPagesMixin:
    """Mixed into the admin of imports."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        pages = {
            "report": self.report_view,
            "rejects": self.rejects_view,
            "cancel": self.cancel_view,
            "resume": self.resume_view,
            "take-back": self.undo_view_of_import,
        }
        own = [
            path(f"<int:batch_id>/{name}/", view(page), name=f"crm_importbatch_{name.replace('-', '_')}")
            for name, page in pages.items()
        ]
        return own + super().get_urls()  # type: ignore[misc,no-any-return]

    def report_view(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        """Counts, rejects and what can be done; while the import runs, how far it is."""
        batch = self._batch(request, batch_id)
        may_change = request.user.has_perm(CHANGE)
        stalled = is_stalled(batch)
        unfinished = batch.status in UNFINISHED
        silence = (now_ms() - last_sign(batch)).total_seconds()
        counts = _counted(batch)
        codes = codes_of(batch.kind, counts)
        rejected = [code for code in codes if code.refuses]
        context = {
            "title": _("Report of the import"),
            "batch": batch,
            "figures": figures_of(
                batch.rows_read,
                batch.rows_created,
                batch.rows_updated,
                batch.rows_unchanged,
                batch.rows_rejected,
            ),
            "percent": percent_of(batch.bytes_read, batch.bytes_total),
            "refresh": REFRESH if unfinished and not stalled else None,
            "is_stalled": stalled,
            "since": last_sign(batch),
            "is_ignored": batch.status == ImportBatch.Status.QUEUED and silence > IMPATIENT,
            "rejected_codes": [(code, _notes_url(batch, code.code)) for code in rejected],
            "noted_codes": [(code, _notes_url(batch, code.code)) for code in codes if not code.refuses],
            "rejects": _rejects(batch, [code.code for code in rejected]),
            "is_cut": batch.rows_rejected > SHOWN,
            "notes_url": _notes_url(batch),
            "has_rejects_file": batch.rows_rejected and store.rejects_path(batch).is_file(),
            "columns": [
                (label_of_column(ours), theirs) for ours, theirs in batch.mapping.get("columns", {}).items()
            ],
            "can_cancel": may_change and unfinished and not stalled and not batch.cancel_requested,
            "can_resume": may_change and (stalled or batch.status in ANEW),
            "can_undo": may_change and batch.status == ImportBatch.Status.DONE and _wrote(batch),
            "may_import": request.user.has_perm(ADD),
        }
        return self._report_page(request, "report.html", context)

    def rejects_view(self, request: HttpRequest, batch_id: int) -> HttpResponseBase:
        """The rows that were rejected, as a file to mend and load again."""
        batch = self._batch(request, batch_id)
        try:
            pieces = store.open_rejects(batch)
        except DomainError as error:
            raise Http404(str(error)) from error
        return rejects_response(pieces, batch.file_name)

    def cancel_view(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        return self._act(
            request,
            batch_id,
            lambda batch: services.cancel_import(batch=batch),
            _("The import is called off."),
        )

    def resume_view(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        return self._act(request, batch_id, tasks.resume_later, _("The import waits for a worker again."))

    def undo_view_of_import(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        """What would go; on POST it goes, all or nothing."""
        batch = self._batch(request, batch_id, CHANGE)
        conflicts: list[Any] = []
        if request.method == "POST":
            try:
                services.undo_import(batch=batch)
            except DomainError as error:
                conflicts = list(getattr(error, "conflicts", [])) or [error]
            else:
                self.message_user(request, _("The import was undone."), messages.SUCCESS)  # type: ignore[attr-defined]
                return redirect("admin:crm_importbatch_report", batch.pk)
        context = {
            "title": _("Undo the import"),
            "batch": batch,
            "written": _written(batch),
            "conflicts": conflicts,
        }
        return self._report_page(request, "undo.html", context, status=409 if conflicts else 200)

    def _act(
        self, request: HttpRequest, batch_id: int, service: Callable[[ImportBatch], Any], done: str
    ) -> HttpResponse:
        """Call the service for a button that was pressed, and go back to the report."""
        batch = self._batch(request, batch_id, CHANGE)
        if request.method == "POST":
            try:
                service(batch)
            except DomainError as error:
                self.message_user(request, str(error), messages.ERROR)  # type: ignore[attr-defined]
            else:
                self.message_user(request, done, messages.SUCCESS)  # type: ignore[attr-defined]
        return redirect("admin:crm_importbatch_report", batch.pk)

    def _batch(self, request: HttpRequest, batch_id: int, right: str = VIEW) -> ImportBatch:
        if not request.user.has_perm(right):
            raise PermissionDenied
        batch: ImportBatch | None = (
            ImportBatch.objects.filter(pk=batch_id).select_related("imported_by").first()
        )
        if batch is None:
            raise Http404
        return batch

    def _report_page(
        self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        batch = context["batch"]
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "subtitle": str(batch),
            "opts": self.opts,  # type: ignore[attr-defined]
            "object": batch,
            "import_url": reverse("admin:crm_importbatch_import"),
            "list_url": reverse("admin:crm_importbatch_changelist"),
            "report_url": reverse("admin:crm_importbatch_report", args=[batch.pk]),
            **context,
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, f"admin/crm/importbatch/{template}", context, status=status)


def _counted(batch: ImportBatch) -> dict[str, int]:
    """How many notes the import left of each code."""
    rows = AuditItem.objects.filter(batch=batch).order_by().values_list("code")
    return dict(rows.annotate(rows=Count("pk")))


def _rejects(batch: ImportBatch, codes: list[str]) -> list[AuditItem]:
    """The first note of each of the first rows that were rejected: it tells all that speaks against the row."""
    notes = AuditItem.objects.filter(batch=batch, code__in=codes, severity__in=("ERROR", "WARNING"))
    first: dict[Any, AuditItem] = {}
    for note in notes.order_by("number")[: SHOWN * len(codes)]:
        first.setdefault(note.row_number, note)
    return list(first.values())[:SHOWN]


def _notes_url(batch: ImportBatch, code: str = "") -> str:
    lookups = {"batch__id__exact": batch.pk, **({"code": code} if code else {})}
    return list_url(AuditItem, **lookups)


def _wrote(batch: ImportBatch) -> bool:
    return bool(batch.rows_created or batch.rows_updated)


def _written(batch: ImportBatch) -> list[tuple[Any, int]]:
    """What the import made, by kind: what its undoing moves to the trash. Told by the reason in the history."""
    found = []
    for model in WRITTEN:
        made = model.history.filter(
            history_date__gte=batch.started_at, history_change_reason=reason_of(batch), history_type="+"
        )
        number = made.count()
        if number:
            found.append((model._meta.verbose_name_plural, number))
    return found
