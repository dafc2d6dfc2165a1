"""`loaddata` without harm: what a fixture may do to a row.

loaddata writes rows "raw", past `save()`. Here a row equal to the stored one writes nothing, a changed one becomes
a new version (a fact is refused), a version never falls, and a fixture neither deletes nor revives. Where the dump
held the history too (history tables load before the tables they record), the row keeps the version it was dumped with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from .audit import audit_context, current_actor_id, current_reason
from .exceptions import DomainError
from .history import RECORD_FIELDS, record
from .parents import require_alive_parents
from .querysets import DELETION_FIELDS, now_ms, refuse_change

#: Columns in which a fixture and a stored row may differ and still be equal.
NOT_COMPARED = DELETION_FIELDS | {"id", "created_at", "updated_at", "created_by", "updated_by", "version"}


def load_row(instance: Any, write: Callable[..., bool], *, using: str) -> bool:
    """Insert or update one row of a fixture, recorded; True if a row was there already."""
    model = type(instance)
    with (
        audit_context(reason=current_reason() or "loaddata"),
        transaction.atomic(using=using, savepoint=False),
    ):
        rows = model._base_manager.using(using)
        stored = rows.select_for_update().filter(pk=instance.pk).first() if instance.pk is not None else None
        if stored is None:
            _insert(instance, write, using)
            return False
        if stored.is_deleted and not instance.is_deleted:
            raise DomainError(
                _(
                    "%(label)s %(pk)s is in the trash, and a fixture does not restore it. Restore or purge it first."
                )
                % {"label": model._meta.label, "pk": instance.pk}
            )
        if instance.is_deleted and not stored.is_deleted:
            raise DomainError(
                _(
                    "%(label)s %(pk)s is alive, and a fixture does not delete it. Delete it through the kernel."
                )
                % {"label": model._meta.label, "pk": instance.pk}
            )
        _update(instance, stored, write, using)
    return True


def _insert(instance: Any, write: Callable[..., bool], using: str) -> None:
    dumped = instance.version
    if instance.pk is not None and _is_recorded(instance, dumped, using):
        instance.links_are_recorded = True  # the record of this version is of the row with its links
        write(True, type(instance), True, False, using, None)
        return
    last = _last_version(instance, using) if instance.pk is not None else 0
    instance.version = last + 1
    instance.updated_by_id = instance.updated_by_id or current_actor_id()
    if not instance.is_deleted:
        require_alive_parents([instance], using=using, missing_ok=True)
    write(True, type(instance), True, False, using, None)
    record(type(instance), [instance.pk], using=using)


def _update(instance: Any, stored: Any, write: Callable[..., bool], using: str) -> None:
    """Secrets and heartbeats stay the stored ones: a fixture has none worth having."""
    kept = {*stored.secret_fields, *stored.untracked_fields, "created_at", "created_by", *DELETION_FIELDS}
    compared = [
        field.attname
        for field in instance._meta.concrete_fields
        if field.name not in NOT_COMPARED and field.name not in kept and not field.generated
    ]
    equal = all(_same(stored, instance, name) for name in compared)
    dumped, history = instance.version, _last_version(stored, using)
    for name in kept:
        attname = instance._meta.get_field(name).attname
        setattr(instance, attname, getattr(stored, attname))
    if equal and history <= stored.version:
        for name in ("version", "updated_at", "updated_by_id"):
            setattr(instance, name, getattr(stored, name))
        return
    if dumped == history > stored.version and _is_recorded(instance, dumped, using):
        write(True, type(instance), False, True, using, None)  # the dump brought this version's record along
        return
    if not equal:
        refuse_change(type(instance))
    instance.version = max(stored.version, history) + 1
    instance.updated_at, instance.updated_by_id = now_ms(), current_actor_id()
    if not instance.is_deleted:
        require_alive_parents([instance], using=using, missing_ok=True)
    write(True, type(instance), False, True, using, None)
    record(type(instance), [instance.pk], using=using)


def _same(stored: Any, given: Any, attname: str) -> bool:
    field: models.Field[Any, Any] = stored._meta.get_field(attname)
    return field.to_python(getattr(stored, attname)) == field.to_python(getattr(given, attname))


def _last_version(instance: Any, using: str) -> int:
    records = instance.history.model._base_manager.using(using).filter(id=instance.pk)
    return records.aggregate(last=Max("version"))["last"] or 0


def _is_recorded(instance: Any, version: int, using: str) -> bool:
    """Does the history hold this very version with these very values, as the newest?"""
    history = instance.history.model
    newest = history._base_manager.using(using).filter(id=instance.pk).order_by("-version").first()
    if newest is None or newest.version != version:
        return False
    names = [field.attname for field in history._meta.concrete_fields if field.name not in RECORD_FIELDS]
    return all(getattr(newest, name) == getattr(instance, name) for name in names)
