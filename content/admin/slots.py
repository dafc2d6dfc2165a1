"""The slots of a template as rows of a form, its placeholders as check boxes.

Nothing here decides what a slot may be: rows become the same JSON that the API takes, and the declared shape judges
it. Without the script rows are numbered to order them, and there are always two more to fill in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from ..choices import BrickKind, Placeholder

FIELDS = ("key", "kind", "count", "difficulty_min", "difficulty_max", "title")
NUMBERS = ("count", "difficulty_min", "difficulty_max")
#: A row in which none of these is filled in is not meant to be a slot.
TYPED = ("key", "count", "title")
EMPTY = {
    "key": "",
    "kind": BrickKind.EXERCISE.value,
    "count": "",
    "difficulty_min": 1,
    "difficulty_max": 5,
    "title": "",
}
SPARE = 2


class SlotsWidget(UnfoldAdminTextareaWidget):
    """Rows of inputs whose names are those of the columns; each row has a number, and a box to remove it."""

    template = "admin/content/slots.html"

    class Media:
        css: ClassVar[Any] = {"all": ["content/slots.css"]}
        js: ClassVar[Any] = ["content/slots.js"]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        slots = _rows_in(value)
        if slots is None:  # what somebody posted is not a list of slots: they see it as they wrote it
            return super().render(name, value, attrs, renderer)
        rows = [*slots, *[EMPTY] * SPARE]
        return render_to_string(
            self.template,
            {
                "name": name,
                "id": (attrs or {}).get("id", f"id_{name}"),
                "rows": [{**EMPTY, **row, "number": number} for number, row in enumerate(rows, start=1)],
                "kinds": BrickKind.choices,
            },
        )

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The rows in the order of their numbers, as JSON; JSON that was posted under the field's own name stays."""
        if name in data or f"{name}-row" not in data:
            return super().value_from_datadict(data, files, name)
        columns = [_texts(data, f"{name}-{field}") for field in ("row", "place", *FIELDS)]
        removed = set(_texts(data, f"{name}-remove"))
        placed = []
        for index, (row, place, *texts) in enumerate(zip(*columns, strict=False)):
            slot = dict(zip(FIELDS, texts, strict=True))
            if row not in removed and any(slot[field].strip() for field in TYPED):
                known = int(place) if place.isdecimal() else None
                placed.append(((known is None, known or 0, index), {**slot, **_numbers(slot)}))
        return json.dumps([slot for _place, slot in sorted(placed, key=lambda each: each[0])])

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}-row" not in data


class PlaceholdersWidget(UnfoldAdminCheckboxSelectMultipleWidget):
    """A box for each; JSON that was posted under the field's name is read as well."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        values = _texts(data, name)
        if len(values) == 1 and values[0].startswith("["):
            try:
                return json.loads(values[0])
            except ValueError:
                return values
        return values


class PlaceholdersField(forms.MultipleChoiceField):
    """Those that are ticked, in the order of the list; the order that is stored stays where the choice does."""

    def __init__(self, **kwargs: Any) -> None:
        options = {"choices": Placeholder.choices, "required": False, "widget": PlaceholdersWidget}
        super().__init__(**{**kwargs, **options})

    def clean(self, value: Any) -> list[str]:
        chosen = super().clean(value)
        if len(set(chosen)) < len(chosen):  # only JSON says one twice: the declared shape refuses it
            return chosen
        stored = self.initial if isinstance(self.initial, list) else []
        return (
            stored
            if sorted(stored) == sorted(chosen)
            else [name for name in Placeholder.values if name in chosen]
        )


def _rows_in(value: Any) -> list[dict[str, Any]] | None:
    try:
        rows = json.loads(value) if isinstance(value, str) and value else value or []
    except ValueError:
        return None
    if isinstance(rows, list) and all(isinstance(row, dict) and set(row) <= set(FIELDS) for row in rows):
        return rows
    return [] if rows == {} else None


def _texts(data: Any, name: str) -> list[str]:
    if hasattr(data, "getlist"):
        return list(data.getlist(name))
    value = data.get(name, [])
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _numbers(slot: Mapping[str, str]) -> dict[str, Any]:
    """What reads as a whole number is one; the shape says what is wrong with the rest."""
    texts = {field: slot[field].strip() for field in NUMBERS}
    return {
        field: int(text) if text.isdecimal() and text.isascii() else text for field, text in texts.items()
    }
