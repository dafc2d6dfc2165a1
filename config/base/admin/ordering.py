"""Saving an inline's rows: deletions as one batch, and a new order in one transaction.

Positions are unique among the alive rows of a whole, so rows that change places cannot be saved one after the
other. They are parked on free positions first, by an update that leaves no trace, and then saved, each once.
"""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.db.models import Max

from ..deletion import soft_delete
from ..introspection import is_kernel_model


def save_rows(formset: Any) -> None:
    """What `formset.save()` does, with deletions under one `deletion_id` and positions that may change places."""
    if not is_kernel_model(formset.model):
        formset.save()
        return
    with transaction.atomic():
        rows = formset.save(commit=False)
        if formset.deleted_objects:
            soft_delete(formset.deleted_objects)
        name = getattr(formset, "ordering_field", None)
        if name:
            _park(formset, rows, name)
            rows.sort(key=lambda row: getattr(row, name))
        for row in rows:
            row.save()
        formset.save_m2m()


def number_rows(formset: Any, name: str) -> None:
    """Turn the order on the page into positions.

    The rows change places among the positions they have, so that those of rows in the trash stay free for their
    return; new rows go behind everything.
    """
    kept = [form for form in formset.forms if _is_kept(formset, form)]
    order = sorted(enumerate(kept), key=lambda item: (item[1].rank is None, item[1].rank or 0, item[0]))
    places = sorted(form.initial[name] for form in kept if not form.instance._state.adding)
    last = _last_position(formset, name)
    places += range(last + 1, last + 1 + len(kept) - len(places))
    for (_index, form), place in zip(order, places, strict=True):
        moved = form.initial.get(name) != place
        setattr(form.instance, name, place)
        form.cleaned_data[name] = place
        if moved and name not in form.changed_data:
            form.changed_data.append(name)
        elif not moved and name in form.changed_data:
            form.changed_data.remove(name)


def _last_position(formset: Any, name: str) -> int:
    """The highest position in the whole, the trash included."""
    if formset.instance.pk is None:
        return 0
    rows = formset.model._base_manager.filter(**{formset.fk.name: formset.instance})
    return rows.aggregate(last=Max(name))["last"] or 0


def _is_kept(formset: Any, form: Any) -> bool:
    if not hasattr(form, "cleaned_data") or (formset.can_delete and formset._should_delete_form(form)):
        return False
    return not form.instance._state.adding or form.has_changed()


def _park(formset: Any, rows: list[Any], name: str) -> None:
    moved = [row for row in rows if row.pk is not None and not row._state.adding]
    if not moved:
        return
    top = max([_last_position(formset, name), *(getattr(row, name) or 0 for row in rows)])
    for offset, row in enumerate(moved, start=1):
        mine = formset.model._base_manager.filter(pk=row.pk, version=row.version, is_deleted=False)
        models.QuerySet.update(mine, **{name: top + offset})
