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
    """Give rows without a position, or with one that another has, the places that the order on the page implies."""
    kept = [form for form in formset.forms if _is_kept(formset, form)]
    places = [form.cleaned_data.get(name) for form in kept]
    given = [place for place in places if place is not None]
    if len(given) == len(places) and len(set(places)) == len(places):
        return
    last = max(given, default=0)
    order = sorted(range(len(kept)), key=lambda i: (places[i] if places[i] is not None else last + 1, i))
    first = min(given, default=1)
    for offset, index in enumerate(order):
        form = kept[index]
        place = first + offset
        if getattr(form.instance, name) != place or form.cleaned_data.get(name) != place:
            form.cleaned_data[name] = place
            setattr(form.instance, name, place)
            if form.initial.get(name) != place and name not in form.changed_data:
                form.changed_data.append(name)


def _is_kept(formset: Any, form: Any) -> bool:
    if not hasattr(form, "cleaned_data") or (formset.can_delete and formset._should_delete_form(form)):
        return False
    return not form.instance._state.adding or form.has_changed()


def _park(formset: Any, rows: list[Any], name: str) -> None:
    moved = [row for row in rows if row.pk is not None and not row._state.adding]
    if not moved:
        return
    alive = formset.model.all_objects.filter(**{formset.fk.name: formset.instance, "is_deleted": False})
    top = alive.aggregate(top=Max(name))["top"] or 0
    top = max([top, *(getattr(row, name) or 0 for row in rows)])
    for offset, row in enumerate(moved, start=1):
        mine = formset.model._base_manager.filter(pk=row.pk, version=row.version, is_deleted=False)
        models.QuerySet.update(mine, **{name: top + offset})
