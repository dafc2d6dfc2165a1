"""Many-to-many links are part of their owner: whichever side changes them, the owner's version rises.

The record says which links came and went (`history_links`), because simple-history's own copies of the link
table grow with the square of its size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.db.models.signals import m2m_changed, pre_delete

from .history import record
from .introspection import auto_links, is_kernel_model
from .querysets import stamp


def bump(owner_model: Any, changes: dict[Any, dict[str, Any]], *, using: str) -> None:
    """Raise the version of each owner by one and record what changed: {owner key: links}."""
    with transaction.atomic(using=using, savepoint=False):
        rows = owner_model._base_manager.using(using).filter(pk__any_of=sorted(changes))
        models.QuerySet.update(rows, **{**stamp(), "version": models.F("version") + 1})
        alike: dict[str, tuple[dict[str, Any], list[Any]]] = {}
        for key, links in changes.items():
            alike.setdefault(repr(links), (links, []))[1].append(key)
        for links, keys in alike.values():
            record(owner_model, keys, using=using, links=links)


def _field_of(sender: Any) -> Any:
    """The many-to-many field whose automatic table `sender` is, if its owner stands on the kernel."""
    for field in sender._meta.get_fields():
        if isinstance(field, models.ForeignKey) and is_kernel_model(field.related_model):
            for link in auto_links(field.related_model):
                if link.remote_field.through is sender and is_kernel_model(link.model):
                    return link
    return None


def _linked(field: Any, using: str, **lookup: Any) -> dict[Any, set[Any]]:
    """{owner key: target keys} of the stored links that match."""
    rows = field.remote_field.through._base_manager.using(using).filter(**lookup)
    found: dict[Any, set[Any]] = defaultdict(set)
    owner, target = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
    for owner_key, target_key in rows.values_list(owner, target):
        found[owner_key].add(target_key)
    return found


def on_m2m_changed(
    sender: Any, instance: Any, action: str, reverse: bool, model: Any, pk_set: Any, using: str, **kwargs: Any
) -> None:
    """Before a removal remember what is really linked; after any change bump the owners."""
    if not sender._meta.auto_created or getattr(instance, "links_are_recorded", False):
        return
    field = _field_of(sender)
    if field is None:
        return
    owner, target = field.m2m_field_name(), field.m2m_reverse_field_name()
    if action in ("pre_remove", "pre_clear"):
        lookup: dict[str, Any] = {target if reverse else owner: instance.pk}
        if action == "pre_remove":
            lookup[f"{owner if reverse else target}__in"] = pk_set
        instance.__dict__["_leaving_links"] = _linked(field, using, **lookup)
        return
    if action == "post_add":
        kind = "added"
        changed = {key: {instance.pk} for key in pk_set} if reverse else {instance.pk: set(pk_set)}
    elif action in ("post_remove", "post_clear"):
        kind = "removed"
        changed = instance.__dict__.pop("_leaving_links", {})
    else:
        return
    changes = {key: {field.name: {kind: sorted(keys)}} for key, keys in changed.items() if keys}
    if not changes:
        return
    bump(field.model, changes, using=using)
    if not reverse and "version" in instance.__dict__:
        instance.version += 1  # relatively: a stale instance stays stale


def unlink(model: Any, keys: Iterable[Any], *, using: str) -> None:
    """Take rows about to be purged out of every automatic link table, and bump the owners that stay."""
    keys = set(keys)
    for field in auto_links(model):
        through = field.remote_field.through._base_manager.using(using)
        if field.model is model:
            through.filter(**{f"{field.m2m_field_name()}__in": keys})._raw_delete(using)
        if field.related_model is model:
            lookup = {f"{field.m2m_reverse_field_name()}__in": keys}
            linked = _linked(field, using, **lookup)
            through.filter(**lookup)._raw_delete(using)
            changes = {
                owner: {field.name: {"removed": sorted(targets)}}
                for owner, targets in linked.items()
                if is_kernel_model(field.model)
            }
            if changes:
                bump(field.model, changes, using=using)


def on_pre_delete(sender: Any, instance: Any, using: str, **kwargs: Any) -> None:
    """A target without a trash (a group, a permission) is really deleted: unlink it first."""
    if not is_kernel_model(sender) and any(is_kernel_model(field.model) for field in auto_links(sender)):
        with transaction.atomic(using=using, savepoint=False):
            unlink(sender, {instance.pk}, using=using)


m2m_changed.connect(on_m2m_changed, dispatch_uid="base_links")
pre_delete.connect(on_pre_delete, dispatch_uid="base_unlink")
