"""Forms that carry the version they were made from, and refuse to save over what they never showed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from ..deletion import preview
from ..introspection import is_kernel_model
from .ordering import number_rows
from .staleness import Staleness, staleness_of
from .widgets import LoadedAutocompleteSelect

VERSION_FIELD = "loaded_version"


class LockedModelForm(forms.ModelForm):  # type: ignore[type-arg]
    """A model form with a hidden version. It is refused when the stored row has another one.

    `refusal` is set by the admin when a rule that only the database knows refused the save: the page comes
    back with that message and with what was typed.
    """

    refusal: Any = None
    ordering_field: str | None = None
    rank: int | None = None
    stale: Staleness | None = None
    loaded_version = forms.IntegerField(required=False, widget=forms.HiddenInput, label="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.Textarea) and isinstance(field, forms.CharField):
                keep_text(field)
        if self.ordering_field in self.fields:
            shown = self.fields[self.ordering_field]
            self.fields[self.ordering_field] = forms.IntegerField(
                required=False, label=shown.label, widget=shown.widget, help_text=shown.help_text
            )
        if self.is_locked:
            self.initial[VERSION_FIELD] = self.instance.version
            self._offer_stored_links()
            self._show_loaded_links()

    @property
    def is_locked(self) -> bool:
        """Does this form change a stored row of the kernel?"""
        return is_kernel_model(self._meta.model) and not self.instance._state.adding

    @property
    def seen_version_name(self) -> str:
        """The name of the box by which somebody says: I have seen these changes, save mine over them."""
        return self.add_prefix("seen_version")

    def _offer_stored_links(self) -> None:
        """A link to a row in the trash, or beyond reach, stays choosable: saving must not drop it (links survive)."""
        for name, field in self.fields.items():
            link = next((each for each in self.instance._meta.fields if each.name == name), None)
            if not isinstance(link, models.ForeignKey) or not is_kernel_model(link.related_model):
                continue
            current = getattr(self.instance, link.attname)
            kept = link.remote_field.on_delete not in (models.CASCADE, models.PROTECT)
            if current is not None and (kept or getattr(field, "offers_own", False)):
                field.queryset = field.queryset | link.related_model.all_objects.filter(pk=current)

    def _show_loaded_links(self) -> None:
        """Spare the autocompletes a query for what `select_related` has brought along."""
        loaded = self.instance._state.fields_cache
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, LoadedAutocompleteSelect):
                widget.loaded = loaded.get(name)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal:
            self.add_error(None, self.refusal)
        if self.ordering_field and cleaned is not None:
            # What the page sends says who comes before whom; the formset turns it into positions.
            self.rank = cleaned.pop(self.ordering_field, None)
        if self.is_locked:
            self._refuse_stale(cleaned)
        return cleaned

    def _refuse_stale(self, cleaned: dict[str, Any] | None) -> None:
        seen = self.data.get(self.seen_version_name)
        if seen and seen == str(self.instance.version) and not self.instance.is_deleted:
            self._leave_untouched(cleaned or {})
            return
        self.stale = staleness_of(self.instance, self._loaded_version())
        if self.stale is not None:
            self.add_error(None, ValidationError(self.stale.message, code="stale"))

    def _leave_untouched(self, cleaned: dict[str, Any]) -> None:
        """Who saves over another's changes saves what they typed: the fields that they left alone stay the other's."""
        record = self.instance.history.filter(version=self._loaded_version()).first()
        self.changed_data = [name for name in self.changed_data if name != VERSION_FIELD]
        for model_field in self.instance._meta.concrete_fields:
            name = model_field.name
            if record is None or name not in cleaned or not hasattr(record, model_field.attname):
                continue
            if not self.fields[name].has_changed(getattr(record, model_field.attname), self[name].data):
                cleaned[name] = getattr(self.instance, name)
                self.changed_data = [each for each in self.changed_data if each != name]

    def _loaded_version(self) -> int | None:
        try:
            return int(str(self.data.get(self.add_prefix(VERSION_FIELD))))
        except (TypeError, ValueError):
            return None


def keep_text(field: forms.CharField) -> None:
    """Take a long text as it is: browsers send CRLF for each line end, which would look like a change of every line."""
    read = field.widget.value_from_datadict

    def value_from_datadict(data: Any, files: Any, name: str) -> Any:
        value = read(data, files, name)
        if not isinstance(value, str):
            return value
        return value.replace("\r\n", "\n") if value.strip() else ""

    field.strip = False
    field.widget.value_from_datadict = value_from_datadict  # type: ignore[method-assign]


class LockedFormSetMixin:
    """An inline's rows: a stale one refuses the whole page, also when it was to be deleted."""

    forms: list[Any]
    ordering_field: str | None = None

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)
        if self.is_bound and i < self.initial_form_count() and form.instance._state.adding:
            form.gone = self._row_that_went(form)
        return form

    def _row_that_went(self, form: Any) -> Any:
        """The posted row that is no longer among the whole's parts: in the trash, or moved elsewhere."""
        key = form.data.get(form.add_prefix(self.model._meta.pk.name))
        if not is_kernel_model(self.model) or not str(key).isdigit():
            return None
        return self.model.all_objects.filter(pk=key).first()

    def clean(self) -> None:
        super().clean()
        errors = []
        for form in self.forms:
            gone = getattr(form, "gone", None)
            if gone is not None:
                form.stale = staleness_of(gone, form._loaded_version()) or Staleness(gone, None, None, [])
                errors.append(ValidationError(form.stale.message, code="stale"))
            elif self.can_delete and self._should_delete_form(form) and getattr(form, "is_locked", False):
                stale = form.stale or staleness_of(form.instance, form._loaded_version())
                if stale is not None:
                    form.stale = stale
                    errors.append(ValidationError(stale.message, code="stale"))
        if errors:
            raise ValidationError(errors)
        if self.ordering_field:
            number_rows(self, self.ordering_field)


class KernelDeletionMixin:
    """An inline's delete box asks the kernel what protects the row: dead rows and kept links do not."""

    def hand_clean_DELETE(self) -> None:  # noqa: N802 - Django's own name
        if not self.cleaned_data.get("DELETE") or self.instance._state.adding:
            return
        protected = preview([self.instance]).protected
        if protected:
            raise ValidationError(
                _("%(row)s cannot be deleted, because these still need it: %(protecting)s.")
                % {
                    "row": self.instance,
                    "protecting": ", ".join(f"{each._meta.verbose_name} “{each}”" for each in protected[:10]),
                },
                code="protected",
            )


def locked_form(form: type[forms.BaseModelForm], *bases: type) -> type[forms.BaseModelForm]:  # type: ignore[type-arg]
    """This form class with the lock; itself when it has it already."""
    missing = [base for base in (*bases, LockedModelForm) if not issubclass(form, base)]
    return type(form.__name__, (*missing, form), {}) if missing else form
