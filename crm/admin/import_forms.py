"""The forms of an import: the file and how to read it, and which of its columns is which."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from config.base.exceptions import DomainError

from ..importing import mappings
from ..importing.files import header_key
from ..models import ImportBatch
from ..shapes import IMPORT_COLUMNS
from ..uploads import MAX_SIZE
from ..values import AXES

#: How the file is to be read: by its names, by a person's word, by a file of theirs; else a shipped mapping's name.
BY_NAMES, BY_HAND, BY_JSON = "", "columns", "json"

#: In bytes. No mapping is larger.
MAX_MAPPING = 50_000

COLUMN_WORDS = {
    "order_reference": gettext_lazy("order number"),
    "line_number": gettext_lazy("number of the line"),
    "ordered_at": gettext_lazy("date of the order"),
    "customer_code": gettext_lazy("customer code"),
    "product_key": gettext_lazy("product key"),
    "label": gettext_lazy("label"),
    "quantity": gettext_lazy("quantity"),
    "unit_price": gettext_lazy("unit price"),
    "amount": gettext_lazy("amount of the line"),
    "currency": gettext_lazy("currency"),
    "source": gettext_lazy("source"),
    "family": gettext_lazy("family"),
    "grape": gettext_lazy("grape"),
    "producer": gettext_lazy("producer"),
    "category": gettext_lazy("category"),
    "sugar": gettext_lazy("sugar"),
    "vintage": gettext_lazy("vintage"),
    "price": gettext_lazy("price"),
    "budget": gettext_lazy("budget"),
    "premium_tier": gettext_lazy("premium tier"),
    "season_tags": gettext_lazy("seasons"),
    "is_active": gettext_lazy("on sale"),
    "full_name": gettext_lazy("full name"),
    "email": gettext_lazy("e-mail address"),
    "phone": gettext_lazy("phone"),
    "address_line": gettext_lazy("address line"),
    "postal_code": gettext_lazy("postal code"),
    "city": gettext_lazy("city"),
    "country": gettext_lazy("country"),
    "channel": gettext_lazy("channel"),
    "kind": gettext_lazy("kind"),
    "occurred_at": gettext_lazy("date of the contact"),
    "campaign": gettext_lazy("campaign"),
    **dict(
        zip(
            (f"aroma_{axis}" for axis in AXES),
            (
                gettext_lazy("aroma: fruit"),
                gettext_lazy("aroma: floral"),
                gettext_lazy("aroma: spice"),
                gettext_lazy("aroma: mineral"),
                gettext_lazy("aroma: acidity"),
                gettext_lazy("aroma: body"),
                gettext_lazy("aroma: tannin"),
            ),
            strict=True,
        )
    ),
}

UNKNOWN = (
    ("reject", pgettext_lazy("unknown product or customer", "reject the row")),
    ("create", pgettext_lazy("unknown product or customer", "create it")),
    ("park", pgettext_lazy("unknown product or customer", "park the row as an audit item")),
)

#: Of these columns the same may stand on every line without the file saying it.
CONSTANTS = {
    "ORDERS": ("currency", "source"),
    "PRODUCTS": ("currency",),
    "CUSTOMERS": ("country",),
    "CONTACTS": (),
}


def _choice(choices: Iterable[tuple[str, Any]], **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=list(choices), widget=UnfoldAdminSelectWidget(), required=False, **options
    )


def _text(**options: Any) -> forms.CharField:
    return forms.CharField(widget=UnfoldAdminTextInputWidget(), required=False, max_length=200, **options)


class UploadForm(forms.Form):
    """A file to import, what it holds and how it is read. `mapping` is known once the form is valid."""

    file = forms.FileField(
        label=gettext_lazy("file"),
        help_text=gettext_lazy(
            "CSV with a header, plain or gzip, 200 MB at most. UTF-8 or Windows-1252; comma, semicolon or tab."
        ),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,.tsv,.gz"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("what it holds"),
        choices=ImportBatch.Kind.choices,
        widget=UnfoldAdminSelectWidget(),
    )
    reading = _choice((), label=gettext_lazy("how it is read"))
    json_file = forms.FileField(
        label=gettext_lazy("mapping of your own"),
        required=False,
        help_text=gettext_lazy("A JSON file, where you chose so above."),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".json"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reading"].choices = readings()  # type: ignore[attr-defined]
        self.mapping: str | dict[str, Any] | None = None
        for each in self.fields.values():
            each.label = capfirst(each.label)

    @property
    def is_by_hand(self) -> bool:
        return bool(self.cleaned_data.get("reading") == BY_HAND)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_SIZE:
            raise forms.ValidationError(_("The file is larger than 200 MB. The command imports it."))
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, reading = cleaned.get("kind"), cleaned.get("reading", BY_NAMES)
        if reading == BY_JSON:
            self._read_json(kind, cleaned.get("json_file"))
        elif reading not in (BY_NAMES, BY_HAND):
            if kind and reading not in mappings.names(kind):
                self.add_error("reading", _("This mapping is for another kind of file."))
            self.mapping = reading
        return cleaned

    def _read_json(self, kind: str | None, file: Any) -> None:
        if file is None:
            self.add_error("json_file", _("Choose the JSON file of your mapping."))
            return
        if file.size > MAX_MAPPING:
            self.add_error("json_file", _("This is no mapping: it is larger than 50 KB."))
            return
        try:
            given = json.loads(file.read().decode("utf-8-sig"))
        except (ValueError, RecursionError):
            self.add_error("json_file", _("This is no JSON."))
            return
        if not isinstance(given, dict):
            self.add_error("json_file", _("A mapping is a JSON object."))
        elif kind:
            try:
                self.mapping = mappings.load(given, kind=kind)
            except DomainError as error:
                self.add_error("json_file", str(error))


def readings() -> list[tuple[str, Any]]:
    """The ways to read a file, the mappings that are shipped last."""
    shipped = {name for kind in ImportBatch.Kind.values for name in mappings.names(kind)} - {
        mappings.CANONICAL
    }
    return [
        (BY_NAMES, _("by the names of its columns")),
        (BY_HAND, _("I say which column is which")),
        (BY_JSON, _("by a mapping of my own (JSON)")),
        *((name, _("as %(name)s") % {"name": name}) for name in sorted(shipped)),
    ]


class ColumnsForm(forms.Form):
    """Which of the file's columns is which of ours, and how it writes things."""

    def __init__(self, kind: str, header: tuple[str, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.mapping: dict[str, Any] = {}
        theirs = [("", "–"), *((name, name) for name in dict.fromkeys(header) if name)]
        known = {header_key(name): name for name in reversed(header)}
        for name in IMPORT_COLUMNS[kind]:
            label = capfirst(COLUMN_WORDS[name])
            self.fields[f"column_{name}"] = _choice(
                theirs, label=label, initial=known.get(header_key(name), "")
            )
        for name in CONSTANTS[kind]:
            words = _("%(column)s of all lines") % {"column": capfirst(COLUMN_WORDS[name])}
            self.fields[f"constant_{name}"] = _text(label=words)
        self._ask_how()
        if kind == ImportBatch.Kind.ORDERS:
            self._ask_of_orders(theirs)

    def _ask_how(self) -> None:
        self.fields["date_format"] = _text(
            label=_("How dates are written"),
            help_text=_("Such as %d/%m/%Y %H:%M. Empty: the usual ways are understood."),
        )
        self.fields["decimal_comma"] = forms.BooleanField(
            label=_("Decimals have a comma"), required=False, widget=UnfoldBooleanSwitchWidget()
        )

    def _ask_of_orders(self, theirs: list[tuple[str, str]]) -> None:
        self.fields["unknown_product"] = _choice(UNKNOWN, label=_("An unknown product"), initial="reject")
        self.fields["unknown_customer"] = _choice(UNKNOWN, label=_("An unknown customer"), initial="create")
        self.fields["cancelled_column"] = _choice(theirs, label=_("Cancelled orders are told by"))
        self.fields["cancelled_prefix"] = _text(label=_("which then begins with"))

    def columns(self) -> list[Any]:
        """The fields that name columns."""
        return [self[name] for name in self.fields if name.startswith("column_")]

    def others(self) -> list[Any]:
        """All other fields."""
        return [self[name] for name in self.fields if not name.startswith("column_")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        mapping: dict[str, Any] = {"columns": self._given("column_"), "constants": self._given("constant_")}
        for name in ("date_format", "unknown_product", "unknown_customer"):
            if cleaned.get(name):
                mapping[name] = cleaned[name]
        if cleaned.get("decimal_comma"):
            mapping["decimal_comma"] = True
        rule = {"column": cleaned.get("cancelled_column"), "prefix": cleaned.get("cancelled_prefix")}
        if all(rule.values()):
            mapping["cancellation"] = rule
        elif any(rule.values()):
            self.add_error("cancelled_prefix", _("Give both the column and what it begins with, or neither."))
        if not mapping["columns"]:
            raise forms.ValidationError(_("Say of at least one column which it is."))
        try:
            self.mapping = mappings.load(mapping, kind=self.kind) or mapping
        except DomainError as error:
            raise forms.ValidationError(str(error)) from error
        return cleaned

    def _given(self, prefix: str) -> dict[str, str]:
        return {
            name.removeprefix(prefix): value
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix) and value
        }
