"""Who changed a row since a form was opened, which fields and when, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import formats, timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from ..history import Change, changes_between
from .values import person_label, readable_changes


@dataclass
class Staleness:
    """A form made from version `expected` met version `found` (None: the row is in the trash or gone)."""

    instance: Any
    expected: int | None
    found: int | None
    edits: list[dict[str, Any]]
    name: str = ""  # as it was stored: the form puts what was typed into the instance

    def __post_init__(self) -> None:
        self.name = self.name or str(self.instance)

    @property
    def message(self) -> str:
        name, row = self.instance._meta.verbose_name, self.name
        if self.found is None:
            text = _("Not saved: the %(name)s “%(row)s” was moved to the trash meanwhile.")
        elif self.expected is None:
            text = _(
                "Not saved: this form does not say which version of the %(name)s “%(row)s” it was made from."
            )
        else:
            text = _("Not saved: the %(name)s “%(row)s” was changed meanwhile.")
        parts = [text % {"name": name, "row": row}, *(edit["sentence"] for edit in self.edits)]
        if self.found is not None:
            parts.append(_("What you typed is kept below."))
        return " ".join(parts)


def staleness_of(instance: Any, loaded_version: int | None) -> Staleness | None:
    """None when the form was made from the stored version, alive; else what happened since, from the history."""
    if not instance.is_deleted and loaded_version == instance.version:
        return None
    found = None if instance.is_deleted else instance.version
    since = loaded_version if loaded_version is not None else instance.version
    records = list(instance.history.filter(version__gte=since).select_related("history_user")[:50])
    edits = [
        _edit(new, old if old is not None and old.version == new.version - 1 else None)
        for new, old in zip(records, [*records[1:], None], strict=True)
        if new.version > since
    ]
    return Staleness(instance, loaded_version, found, edits[::-1])


def _edit(new: Any, old: Any) -> dict[str, Any]:
    changes: list[Change] = changes_between(new, old) if old is not None else []
    who = person_label(new)
    when = formats.date_format(timezone.localtime(new.history_date), "SHORT_DATETIME_FORMAT")
    shown = readable_changes([(new, changes)])[0]
    labels = get_text_list([str(change["label"]) for change in shown], _("and"))
    if new.history_type == "-":
        sentence = _("%(who)s deleted it on %(when)s.") % {"who": who, "when": when}
    elif labels:
        sentence = _("%(who)s changed %(fields)s on %(when)s.") % {"who": who, "when": when, "fields": labels}
    else:
        sentence = _("%(who)s saved it on %(when)s.") % {"who": who, "when": when}
    return {"who": who, "when": when, "changes": shown, "sentence": sentence, "version": new.version}
