"""Putting parts in another order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models, transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext as _

from config.base.exceptions import DomainError
from config.base.models import BaseModel

from ..models import Course, Exercise, Lesson, Quiz, QuizItem, Video
from ..models.ordered import OrderedModel


def reorder_lessons(*, course: Course, lesson_ids: Sequence[int]) -> None:
    """Put all lessons of the course in this order; see `reorder`."""
    reorder(Lesson, parent=course, ids=lesson_ids)


def reorder_exercises(*, lesson: Lesson, exercise_ids: Sequence[int]) -> None:
    """Put all exercises of the lesson in this order; see `reorder`."""
    reorder(Exercise, parent=lesson, ids=exercise_ids)


def reorder_videos(*, lesson: Lesson, video_ids: Sequence[int]) -> None:
    """Put all videos of the lesson in this order; see `reorder`."""
    reorder(Video, parent=lesson, ids=video_ids)


def reorder_quiz_items(*, quiz: Quiz, item_ids: Sequence[int]) -> None:
    """Put all items of the quiz in this order; see `reorder`."""
    reorder(QuizItem, parent=quiz, ids=item_ids)


@transaction.atomic
def reorder(model: type[OrderedModel], *, parent: BaseModel, ids: Sequence[int]) -> None:
    """Put the alive parts of `parent` in the order of `ids`, as one version of each part that moves and of the parent.

    The order is the parent's: whoever has read it before this must not overwrite it unseen.

    The parts change places among the positions they have, so that those of parts in the trash stay free for their
    return. Each database refuses two parts on one position even within a statement; the parts that move pass through
    negative positions, unseen by anybody and unrecorded.

    Raises DomainError `order_mismatch` unless `ids` names each part exactly once, StaleObjectError.
    """
    rows = model._base_manager.filter(**{model.ordered_within: parent}, is_deleted=False).order_by("pk")
    before = dict(rows.select_for_update().values_list("pk", "position"))
    if sorted(ids) != sorted(before):
        message = _("Name each part exactly once. Somebody may have added or removed one.")
        raise DomainError(message, code="order_mismatch")
    wanted = dict(zip(ids, sorted(before.values()), strict=True))
    moved = {pk: position for pk, position in wanted.items() if before[pk] != position}
    if not moved:
        return
    moving: Any = model._base_manager.filter(pk__any_of=sorted(moved))
    models.QuerySet.update(moving.order_by(), position=-F("position"))
    places = [When(pk=pk, then=Value(position)) for pk, position in moved.items()]
    moving.update(position=Case(*places, output_field=models.IntegerField()))
    parent.save(update_fields=["updated_at"])
