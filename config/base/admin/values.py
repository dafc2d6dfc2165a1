"""Values of history rows as a person reads them: labels, choices, the names behind keys, marked differences."""

from __future__ import annotations

import difflib
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.utils import display_for_field

from ..history import Change

EMPTY = "–"
LONG_TEXT = 60
MANY_WORDS = 1500


def person_label(record: Any) -> str:
    """Who made this record, also when the person has been purged."""
    return actor_name(record.history_user_id, record.history_user)


def actor_name(user_id: int | None, person: Any) -> str:
    """The name of this person, or what to say of the number that is left of them."""
    if user_id is None:
        return _("The system")
    if person is None:
        return _("A removed user (#%(id)s)") % {"id": user_id}
    return person.get_full_name() or str(person)


def readable_changes(groups: Iterable[tuple[Any, list[Change]]]) -> list[list[dict[str, Any]]]:
    """For each record its changes and its changed links, ready to show; one query a related model in all."""
    groups = list(groups)
    names = _names_behind_keys(groups)
    return [
        [
            *(_readable(record.instance_type, change, names) for change in changes),
            *_readable_links(record, names),
        ]
        for record, changes in groups
    ]


def readable_value(model: Any, name: str, value: Any, names: dict[Any, dict[Any, str]] | None = None) -> str:
    """One value of a column in words."""
    field = model._meta.get_field(name)
    if value is None or value == "":
        return EMPTY
    if isinstance(field, models.ForeignKey):
        known = (names or {}).get(field.related_model, {})
        return known.get(value, f"#{value}")
    if isinstance(field, models.BooleanField):
        return _("Yes") if value else _("No")
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False, indent=1)
    return str(display_for_field(value, field, EMPTY))


def names_of(model: Any, keys: Iterable[Any]) -> dict[Any, str]:
    """{key: the row in words}, dead rows too; one query."""
    rows = model._base_manager.filter(pk__in=set(keys))
    return {row.pk: str(row) for row in rows.select_related()}


def _names_behind_keys(groups: list[tuple[Any, list[Change]]]) -> dict[Any, dict[Any, str]]:
    wanted: dict[Any, set[Any]] = defaultdict(set)
    for record, changes in groups:
        for change in changes:
            field = record.instance_type._meta.get_field(change.field)
            if isinstance(field, models.ForeignKey):
                wanted[field.related_model] |= {change.old, change.new} - {None}
        for name, links in (record.history_links or {}).items():
            field = _field(record.instance_type, name)
            if field is not None:
                wanted[field.related_model] |= {*links.get("added", ()), *links.get("removed", ())}
    return {model: names_of(model, keys) for model, keys in wanted.items() if keys}


def _field(model: Any, name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _readable(model: Any, change: Change, names: dict[Any, dict[Any, str]]) -> dict[str, Any]:
    old = readable_value(model, change.field, change.old, names)
    new = readable_value(model, change.field, change.new, names)
    marked_old, marked_new = mark_differences(old, new)
    return {"field": change.field, "label": capfirst(change.label), "old": marked_old, "new": marked_new}


def _readable_links(record: Any, names: dict[Any, dict[Any, str]]) -> list[dict[str, Any]]:
    shown = []
    for name, links in (record.history_links or {}).items():
        field = _field(record.instance_type, name)
        known = names.get(field.related_model, {}) if field is not None else {}

        def listed(kind: str, known: dict[Any, str] = known, links: dict[str, Any] = links) -> str:
            return ", ".join(known.get(key, f"#{key}") for key in links.get(kind, ())) or EMPTY

        label = capfirst(field.verbose_name) if field is not None else name
        shown.append(
            {"field": name, "label": label, "old": listed("removed"), "new": listed("added"), "links": True}
        )
    return shown


def mark_differences(old: str, new: str) -> tuple[SafeString, SafeString]:
    """Both texts escaped; in long ones the words that went and came are marked, and what is far away is left out."""
    if max(len(old), len(new)) <= LONG_TEXT or EMPTY in (old, new):
        return mark_safe(escape(shorten(old))), mark_safe(escape(shorten(new)))
    before, after = _pieces(old, new)
    left: list[tuple[str, str]] = []
    right: list[tuple[str, str]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            same = _context("".join(before[a:b]), first=not left, last=b == len(before) and d == len(after))
            left.append(("", same))
            right.append(("", same))
        else:
            left.append(("del", "".join(before[a:b])))
            right.append(("ins", "".join(after[c:d])))
    return _marked(left), _marked(right)


def _pieces(old: str, new: str) -> tuple[list[str], list[str]]:
    """Both texts in words; in lines where comparing that many words would take seconds."""
    before, after = _words(old), _words(new)
    if len(before) + len(after) <= MANY_WORDS:
        return before, after
    return old.splitlines(keepends=True), new.splitlines(keepends=True)


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\w+|[^\w\s]", text)


def _context(text: str, *, first: bool, last: bool, keep: int = 60) -> str:
    """The ends of an unchanged stretch that lie next to a change."""
    if len(text) <= 2 * keep:
        return text
    if first and last:
        return text
    if first:
        return "… " + text[-keep:]
    if last:
        return text[:keep] + " …"
    return text[:keep] + " … " + text[-keep:]


def _marked(parts: list[tuple[str, str]]) -> SafeString:
    texts = [(escape(text) if not tag else f"<{tag}>{escape(text)}</{tag}>") for tag, text in parts if text]
    return mark_safe("".join(texts))


def shorten(text: str, limit: int = 600) -> str:
    """A long text without an end."""
    return text if len(text) <= limit else text[:limit] + " …"
