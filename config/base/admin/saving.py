"""Saving under the optimistic lock: a race, a rule of the database or of a service comes back as a message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from ..conflicts import count_conflict
from ..exceptions import DomainError, StaleObjectError
from ..faults import broken_rule, is_lost_race
from .forms import KernelDeletionMixin, locked_form
from .ordering import save_rows

ATTEMPTS = 3


class SavingMixin:
    """Mixed into `BaseAdmin`."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = locked_form(super().get_form(request, obj, change=change, **kwargs))
        refusal = getattr(request, "admin_refusal", None)
        return type(form.__name__, (form,), {"refusal": refusal}) if refusal else form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """The page; what a save raises is rolled back and shown on the form, with what was typed.

        After a lost race the page is made again: the form now sees the other's version, or the other's value,
        and says so. What still fails then is shown as it is.
        """
        for attempt in range(ATTEMPTS):
            try:
                response = super().changeform_view(request, object_id, form_url, extra_context)
            except (StaleObjectError, IntegrityError, OperationalError) as error:
                if request.method != "POST" or attempt == ATTEMPTS - 1 or not is_expected(error):
                    raise
                if attempt == ATTEMPTS - 2:
                    request.admin_refusal = explain(error)  # type: ignore[attr-defined]
            except (DomainError, ProtectedError, ValidationError) as error:
                if request.method != "POST" or attempt == ATTEMPTS - 1:
                    raise
                request.admin_refusal = explain(error)  # type: ignore[attr-defined]
            else:
                return self._counted(response)
        raise AssertionError("unreachable")

    def _counted(self, response: HttpResponse) -> HttpResponse:
        """Count each model whose stale save this page refuses, now that nothing is left to roll back."""
        context = getattr(response, "context_data", None) or {}
        forms = [context["adminform"].form] if "adminform" in context else []
        for inline in context.get("inline_admin_formsets", ()):
            forms += inline.formset.forms
        count_stale([form.stale for form in forms if getattr(form, "stale", None)])
        return response

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        save_rows(formset)


class SavesChangesOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Saving a form without a change writes no version. Stands below the theme's classes, whose buttons still act."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change or form.has_changed():
            super().save_model(request, obj, form, change)


class SavingInlineMixin:
    """Mixed into the inlines."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        kwargs.setdefault("form", locked_form(self.form))
        formset = super().get_formset(request, obj, **kwargs)
        formset.form = locked_form(formset.form, KernelDeletionMixin)
        formset.ordering_field = formset.form.ordering_field = self.ordering_field
        return formset


def count_stale(refused: Iterable[Any]) -> None:
    """Count a version conflict for each model among these refusals (anything with an `instance`)."""
    for model in {type(each.instance) for each in refused}:
        count_conflict(model)


def is_expected(error: BaseException) -> bool:
    """A broken database is an error of the server's; a lost race is a message."""
    return not isinstance(error, OperationalError) or is_lost_race(error)


def explain(error: BaseException) -> Any:
    """What went wrong, for the person who pressed save."""
    if isinstance(error, ValidationError):
        return ValidationError(error.messages)
    if isinstance(error, IntegrityError):
        rule = broken_rule(error)
        if rule is not None:
            return _("Not saved: %(reason)s") % {"reason": rule.get_violation_error_message()}
        return _("Not saved: these values contradict what is stored. Please check them.")
    if isinstance(error, OperationalError):
        return _("Not saved: the database was busy with another change to the same rows. Please save again.")
    if isinstance(error, ProtectedError):
        protecting = ", ".join(
            f"{each._meta.verbose_name} “{each}”" for each in list(error.protected_objects)[:10]
        )
        return _("Not saved: these still need what was to be deleted: %(rows)s.") % {"rows": protecting}
    return str(error)
