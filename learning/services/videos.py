"""Watching videos."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from accounts.models import User
from config.base.exceptions import DomainError
from config.base.querysets import now_ms
from courses.models import Video

from ..models import Enrollment, ProgressSnapshot, VideoProgress
from .enrolments import not_enrolled
from .progress import require_readable

#: Of the duration: whoever has seen so many percent has seen the video, credits aside.
SEEN_PERCENT = 95


@transaction.atomic
def save_video_position(*, user: User, video: Video, position_seconds: int) -> VideoProgress:
    """A player's heartbeat: where the learner is in the video. The furthest position never falls.

    The video is completed once 95 % of it have been reached, and stays so. A position beyond the end is the end.
    Raises DomainError `not_enrolled`, `lesson_not_available`, ValidationError on `position_seconds`.
    """
    if isinstance(position_seconds, bool) or not isinstance(position_seconds, int) or position_seconds < 0:
        raise ValidationError({"position_seconds": _("A position is a whole number of seconds, 0 or more.")})
    stored = Video.all_objects.select_related("lesson__course").get(pk=video.pk)
    require_readable(stored.lesson)
    if stored.is_deleted:
        raise DomainError(_("This video is not available."), code="lesson_not_available")
    course = stored.lesson.course
    if not Enrollment.objects.current().filter(user=user, course=course).exists():
        raise not_enrolled()
    position = min(position_seconds, stored.duration_seconds)
    mine = VideoProgress.objects.filter(user=user, video=stored)
    if not _move(mine, position):
        try:
            with transaction.atomic():
                mine.create(user=user, video=stored, position_seconds=position, furthest_seconds=position)
        except IntegrityError:
            if not _move(mine, position):
                raise
    progress = mine.get()
    if not progress.completed and 100 * progress.furthest_seconds >= SEEN_PERCENT * stored.duration_seconds:
        # Asked again in the statement: of two heartbeats at once one completes it.
        mine.filter(completed=False).update(completed=True, completed_at=now_ms())
        progress = mine.get()
    ProgressSnapshot.objects.filter(user=user, course=course).update(last_activity_at=now_ms())
    return progress


def _move(rows: object, position: int) -> int:
    """Note the position; the number of rows that there were to note it in."""
    return rows.update(  # type: ignore[attr-defined, no-any-return]
        position_seconds=position, furthest_seconds=Greatest(F("furthest_seconds"), Value(position))
    )
