"""Whoever is given or loses rights: noted once for each transaction, whichever door it came through.

What changed is read from the record that the kernel has just written, which every path writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import connections, transaction

from config.base.audit import audit_context
from config.base.guards import guard
from config.base.lookups import any_of_param, any_of_sql

from .models import User, UserActivity
from .services.access import end_access_of
from .services.activity import record_activity

FLAGS = ("is_staff", "is_superuser")
LINKS: dict[str, Any] = {"groups": Group, "user_permissions": Permission}


def changed_rights(keys: list[Any], using: str) -> list[tuple[int, int, dict[str, bool]]]:
    """(person, version, flags that changed) of those whose newest version changes a right; one query."""
    connection = connections[using]
    people, records = User._meta.db_table, User.history.model._meta.db_table
    flags = ", ".join(f"h.{flag}, p.{flag}" for flag in FLAGS)
    differ = " OR ".join(f"h.{flag} <> p.{flag}" for flag in FLAGS)
    sql = (
        f"SELECT h.id, h.version, {flags} FROM {records} h "
        f"JOIN {people} r ON r.id = h.id AND r.version = h.version "
        f"JOIN {records} p ON p.id = h.id AND p.version = h.version - 1 "
        f"WHERE {any_of_sql(connection.vendor, 'h.id')} AND (h.history_links IS NOT NULL OR {differ})"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [any_of_param(connection.vendor, keys)])
        rows = cursor.fetchall()
    found = []
    for key, version, *columns in rows:
        pairs = zip(FLAGS, columns[::2], columns[1::2], strict=True)
        found.append((key, version, {flag: bool(now) for flag, now, before in pairs if now != before}))
    return found


def follow_rights(keys: list[Any], using: str) -> None:
    """Staff who are no longer any are signed out everywhere; a token made before somebody became staff is worthless,
    because nobody asked for a second factor then."""
    for key, version, flags in changed_rights(keys, using):
        if "is_staff" in flags:
            end_access_of([key], using=using, sessions=not flags["is_staff"])
        waiting = [entry[1] for entry in connections[using].run_on_commit]
        if not any(isinstance(note, Note) and note.key == key and not note.is_written for note in waiting):
            transaction.on_commit(Note(key, version - 1, using), using=using)


@dataclass
class Note:
    """Once the transaction is through, one activity about all that it changed: one form is several writes."""

    key: int
    before: int
    using: str
    is_written: bool = False

    def __call__(self) -> None:
        self.is_written = True
        rows = User.history.model.objects.using(self.using).filter(id=self.key, version__gte=self.before)
        first, *later = rows.order_by("version")
        words = [
            f"{'+' if getattr(later[-1], flag) else '-'}{flag.removeprefix('is_')}"
            for flag in FLAGS
            if getattr(later[-1], flag) != getattr(first, flag)
        ]
        for name, model in LINKS.items():
            came: set[int] = set()
            went: set[int] = set()
            for row in later:
                links = (row.history_links or {}).get(name, {})
                added, removed = set(links.get("added", ())), set(links.get("removed", ()))
                came, went = (came | (added - went)) - removed, (went | (removed - came)) - added
            words += [f"+{each}" for each in _names(model, came, self.using)]
            words += [f"-{each}" for each in _names(model, went, self.using)]
        if words:
            actor = User(pk=later[0].history_user_id) if later[0].history_user_id else None
            with audit_context(actor=actor):
                record_activity(
                    verb=UserActivity.Verb.RIGHTS_CHANGED, obj=User(pk=self.key), detail=" ".join(words)
                )


def _names(model: Any, numbers: set[int], using: str) -> list[str]:
    """Groups by name, permissions by codename; those that are gone by number."""
    if not numbers:
        return []
    found = {each.pk: each for each in model.objects.using(using).filter(pk__in=numbers)}
    known = {key: each.name if model is Group else each.codename for key, each in found.items()}
    return sorted(known.get(number, f"#{number}") for number in numbers)


def watch() -> None:
    """Called once when the app is ready."""
    guard(User, follow_rights)
