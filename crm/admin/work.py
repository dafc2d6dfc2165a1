"""Work in the background: what waits, what runs, what failed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from config.base.admin import BaseAdmin, Figure, ReadOnlyAdmin
from config.base.work import task_name

from .links import list_url

# The library's own page looks like another site, speaks English and shows tracebacks.
admin.site.unregister(DBTaskResult)
DBTaskResult._meta.verbose_name = _("background task")
DBTaskResult._meta.verbose_name_plural = _("background tasks")
apps.get_app_config("django_tasks_database").verbose_name = _("Background work")

STATES = {
    TaskResultStatus.READY: _("waiting"),
    TaskResultStatus.RUNNING: _("running"),
    TaskResultStatus.SUCCESSFUL: _("completed"),
    TaskResultStatus.FAILED: _("failed"),
}


class StateFilter(admin.SimpleListFilter):
    """Waiting, running, completed, failed."""

    title = _("status")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(state), words) for state, words in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() not in STATES else queryset.filter(status=self.value())


@admin.register(DBTaskResult)
class TaskAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "schedule"
    menu_order = 90
    list_display = ("work", "state", "enqueued", "started", "finished")
    sortable_by = ("enqueued",)
    list_filter = (StateFilter,)
    ordering = ("-enqueued_at",)
    actions = ()
    fields = ("work", "state", "enqueued", "started", "finished", "error")
    readonly_fields = fields

    @admin.display(description=_("work"))
    def work(self, result: DBTaskResult) -> Any:
        return task_name(result.task_path)

    @admin.display(description=_("status"))
    def state(self, result: DBTaskResult) -> Any:
        return STATES.get(TaskResultStatus(result.status), result.status)

    @admin.display(description=_("asked for"), ordering="enqueued_at")
    def enqueued(self, result: DBTaskResult) -> datetime:
        return result.enqueued_at

    @admin.display(description=_("started"), empty_value="–")
    def started(self, result: DBTaskResult) -> datetime | None:
        return result.started_at

    @admin.display(description=_("finished"), empty_value="–")
    def finished(self, result: DBTaskResult) -> datetime | None:
        return result.finished_at

    @admin.display(description=_("what went wrong"), empty_value="–")
    def error(self, result: DBTaskResult) -> str | None:
        """The kind of error; the rest is in the log of the worker."""
        return result.traceback.strip().rpartition("\n")[2].rpartition(": ")[2] or None

    def figures(self, request: HttpRequest) -> list[Figure]:
        failed = DBTaskResult.objects.failed().count()
        url = list_url(DBTaskResult, state=TaskResultStatus.FAILED)
        return [Figure(str(_("Background tasks that failed")), failed, url, "schedule")] if failed else []
