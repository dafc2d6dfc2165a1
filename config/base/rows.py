"""How far a right reaches: to all rows of a model, or only to those that are a person's own.

A permission says what somebody may do with a model. Some people hold theirs for their own rows only; the user model
says which (`holds_everywhere`). A model whose rows are somebody's own declares how they are found, and which field
says whose they are:

    own_rows(Lesson, "taught_by", through="course")

`Lesson.all_objects.taught_by(user)` are the rows then, and an error about a row that is not theirs stands at `course`.
A model that declares nothing has no rows of anybody's own: a right reaches all of it.

The API, the admin and the object permissions (`rights`) all ask here, so that there is one answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class OwnRows:
    """The queryset's method that finds a person's own rows, and the field that says whose a row is."""

    method: str
    through: str


_declared: dict[Any, OwnRows] = {}


def own_rows(model: Any, method: str, *, through: str) -> None:
    """Declare how somebody's own rows of this model are found; twice is once."""
    _declared[model] = OwnRows(method, through)


def declared_for(model: Any) -> OwnRows | None:
    """What this model declares, or None where no row is anybody's own."""
    return _declared.get(model._meta.concrete_model)


def full_name(right: str, model: Any) -> str:
    """ "view" of courses.Course → "courses.view_course"; a full name stays."""
    meta = model._meta
    return right if "." in right else f"{meta.app_label}.{right}_{meta.model_name}"


def reaches_everything(user: Any, model: Any, *rights: str) -> bool:
    """Does any of these rights, as this person holds them, reach all rows of this model?"""
    if declared_for(model) is None:
        return True
    return user.is_authenticated and any(user.holds_everywhere(full_name(each, model)) for each in rights)


def rows_for(user: Any, queryset: Any, *rights: str) -> Any:
    """The rows of this queryset that the widest of these rights reaches; who has none of them gets no more."""
    if reaches_everything(user, queryset.model, *rights):
        return queryset
    declared = declared_for(queryset.model)
    if declared is None or not user.is_authenticated:
        return queryset.none()
    return getattr(queryset, declared.method)(user)


def reaches(user: Any, right: str, row: Any) -> bool:
    """Does this right reach this row, as it is stored now, in the trash or not? One query at most."""
    if reaches_everything(user, row._meta.model, right):
        return True
    return bool(rows_for(user, row._meta.model._base_manager.filter(pk=row.pk), right).exists())


def reaches_all(user: Any, right: str, queryset: Any) -> bool:
    """Does this right reach every one of these rows? One query at most."""
    if reaches_everything(user, queryset.model, right):
        return True
    own = rows_for(user, queryset.model._base_manager.all(), right).order_by().values("pk")
    return not queryset.order_by().exclude(pk__in=own).exists()


def choices_for(user: Any, queryset: Any, model: Any, *rights: str) -> Any:
    """Of these rows, those that somebody writing a row of `model` by these rights may link it to.

    Who writes only what is their own links it only to what is their own.
    """
    if declared_for(queryset.model) is None or reaches_everything(user, model, *rights):
        return queryset
    return rows_for(user, queryset)


def not_yours(model: Any) -> dict[str, str]:
    """What to say, and at which field, to somebody who would put a row out of their own reach, or into another's."""
    declared = declared_for(model)
    assert declared is not None
    return {declared.through: _("You may do this only with what is your own.")}
