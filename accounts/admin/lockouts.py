"""Who has tried too often, and letting them try again."""

from __future__ import annotations

from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.base.admin import BaseAdmin, ReadOnlyAdmin
from config.base.admin.finding import FindingChangeList

from ..models import User
from ..services import unlock
from ..services.lockout import ANYWHERE, CODES, is_locked, person_counted

# The library names its model after what it stores.
AccessAttempt._meta.verbose_name = _("lockout")
AccessAttempt._meta.verbose_name_plural = _("lockouts")


class LockoutList(FindingChangeList):
    """With the people whose tries were counted: one query, whatever the number of rows."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)  # type: ignore[has-type]
        people = User.all_objects.in_bulk([number for number in map(person_counted, rows) if number])
        for row in rows:
            row.person_who_tried = people.get(person_counted(row))
        self.result_list = rows


class LockedFilter(admin.SimpleListFilter):
    """Those who are shut out now, or everybody who has tried in vain."""

    title = _("locked out")
    parameter_name = "locked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        since = timezone.now() - settings.AXES_COOLOFF_TIME
        locked = {"failures_since_start__gte": settings.AXES_FAILURE_LIMIT, "attempt_time__gt": since}
        if self.value() == "yes":
            return queryset.filter(**locked)
        return queryset.exclude(**locked) if self.value() == "no" else queryset


@admin.register(AccessAttempt)
class LockoutAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "lock_clock"
    menu_order = 76
    list_display = ("person", "what", "address", "failures_since_start", "attempt_time", "locked")
    list_display_links = None
    sortable_by = ("failures_since_start", "attempt_time")
    ordering = ("-attempt_time",)
    list_filter = (LockedFilter,)
    fields = ("person", "what", "address", "failures_since_start", "attempt_time", "locked")
    readonly_fields = ("person", "what", "address", "locked")
    actions = ("unlock_selected",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Right tries are given back, and may leave a row with none."""
        return super().get_queryset(request).filter(failures_since_start__gt=0)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return LockoutList

    def has_unlock_permission(self, request: HttpRequest) -> bool:
        """Who may change people may let them in again."""
        return request.user.has_perm("accounts.change_user")

    @admin.display(description=_("person"))
    def person(self, attempt: Any) -> Any:
        if hasattr(attempt, "person_who_tried"):
            found = attempt.person_who_tried
        else:
            found = User.all_objects.filter(pk=person_counted(attempt) or 0).first()
        return found or _("nobody of that name")

    @admin.display(description=_("tried"))
    def what(self, attempt: AccessAttempt) -> Any:
        return _("second factor") if (attempt.username or "").startswith(f"{CODES}:") else _("password")

    @admin.display(description=_("address"))
    def address(self, attempt: AccessAttempt) -> Any:
        return _("any") if attempt.ip_address in (None, ANYWHERE) else attempt.ip_address

    @admin.display(description=_("locked out"), boolean=True)
    def locked(self, attempt: AccessAttempt) -> bool:
        return is_locked(attempt)

    @admin.action(description=_("Unlock selected"), permissions=["unlock"])
    def unlock_selected(self, request: HttpRequest, queryset: Any) -> None:
        """They may try again at once; noted."""
        attempts = list(queryset)
        for attempt in attempts:
            unlock(attempt=attempt)
        words = ngettext("%(count)d lockout was lifted.", "%(count)d lockouts were lifted.", len(attempts))
        self.message_user(request, words % {"count": len(attempts)}, messages.SUCCESS)
