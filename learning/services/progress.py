"""Going through a course: opening lessons, doing them, skipping them, going on.

None of it takes more queries in a large course than in a small one, and everything a learner does in one course
happens one after the other: their enrolment is locked first.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from config.base.events import emit
from config.base.exceptions import DomainError
from config.base.querysets import now_ms
from courses.models import Course, Lesson
from courses.querysets import OPEN_STATUSES

from ..choices import ProgressStatus
from ..events import LessonCompleted
from ..models import Enrollment, LessonProgress, ProgressSnapshot
from ..selectors.figures import is_done_by
from .completion import complete_course
from .enrolments import not_enrolled, take_part
from .snapshots import store_act


@transaction.atomic
def open_lesson(*, user: User, course: Course, lesson: Lesson) -> LessonProgress:
    """The learner reads the lesson. What is completed or skipped stays so, and the pointer never moves back.

    Raises DomainError `not_enrolled`, `lesson_of_another_course`, `lesson_not_available`, `prerequisite_missing`.
    """
    enrollment, lesson, progress = _enter(user, course, lesson)
    if progress.status == ProgressStatus.NOT_STARTED:
        progress.status, progress.started_at = ProgressStatus.IN_PROGRESS, now_ms()
        progress.save()
    _store(enrollment, user, course, lesson)
    return progress


@transaction.atomic
def save_progress(*, user: User, course: Course, lesson: Lesson) -> LessonProgress:
    """The learner has done the lesson; the course too, when it was the last of its required lessons. Twice is once.

    Raises DomainError as `open_lesson`.
    """
    enrollment, lesson, progress = _enter(user, course, lesson)
    if progress.status != ProgressStatus.COMPLETED:
        now = now_ms()
        progress.status, progress.started_at = ProgressStatus.COMPLETED, progress.started_at or now
        progress.completed_at = max(now, progress.started_at)
        progress.save()
        emit(LessonCompleted(lesson_id=lesson.pk, course_id=course.pk, user_id=user.pk))
    _store(enrollment, user, course, lesson)
    return progress


@transaction.atomic
def skip_lesson(*, user: User, course: Course, lesson: Lesson) -> LessonProgress:
    """The learner passes over the lesson and goes on to the next. It does not count as done, and can be done later.

    What is completed stays so. Raises DomainError as `open_lesson`.
    """
    enrollment, lesson, progress = _enter(user, course, lesson)
    if progress.status not in (ProgressStatus.COMPLETED, ProgressStatus.SKIPPED):
        progress.status = ProgressStatus.SKIPPED
        progress.save()
    _store(enrollment, user, course, _next(course, lesson) or lesson)
    return progress


@transaction.atomic
def advance_to_next_lesson(*, user: User, course: Course, current_lesson: Lesson) -> Lesson | None:
    """The next published lesson after this one by position and number, or None after the last; the pointer goes along.

    Repeated, it gives the same. The present lesson may have been taken back or deleted meanwhile. Raises DomainError
    `not_enrolled`, `lesson_of_another_course`, `lesson_not_available` in a draft, and `prerequisite_missing` for what
    the next lesson requires.
    """
    enrollment = take_part(user=user, course=course)
    following = _next(course, _stored(course, current_lesson))
    if following is not None:
        require_readable(following)
        require_prerequisites(user, following)
        _store(enrollment, user, course, following)
    return following


def get_current_lesson(*, user: User, course: Course) -> Lesson | None:
    """Where the learner goes on: the first lesson not done at or after the pointer, else the earliest not done.

    Of the published required lessons; None when all are done. Where the pointer's lesson is gone, the next survivor
    counts. Raises DomainError `not_enrolled`.
    """
    if not Enrollment.objects.current().filter(user=user, course=course).exists():
        raise not_enrolled()
    undone = Lesson.objects.filter(~is_done_by(user.pk), course=course).published().required().in_order()
    snapshot = ProgressSnapshot.objects.get_user_progress(user, course)
    pointer = snapshot.current_lesson if snapshot else None
    ahead = None
    if pointer is not None and pointer.course_id == course.pk:
        ahead = undone.filter(_after(pointer) | Q(pk=pointer.pk)).first()
    return ahead or undone.first()


def _enter(user: User, course: Course, lesson: Lesson) -> tuple[Enrollment, Lesson, LessonProgress]:
    """The enrolment, locked, the stored lesson, and the progress in it, new or not; all checked."""
    enrollment = take_part(user=user, course=course)
    lesson = _stored(course, lesson)
    require_readable(lesson)
    mine = LessonProgress.objects.filter(user=user, lesson=lesson).select_for_update(no_key=True)
    progress = mine.first() or LessonProgress(user=user, lesson=lesson)
    if progress.status not in (ProgressStatus.COMPLETED, ProgressStatus.SKIPPED):
        require_prerequisites(user, lesson)
    return enrollment, lesson, progress


def _stored(course: Course, lesson: Lesson) -> Lesson:
    """The lesson as it is stored, perhaps in the trash. DomainError `lesson_of_another_course`."""
    found = Lesson.all_objects.select_related("course").filter(pk=lesson.pk, course=course).first()
    if found is None:
        raise DomainError(_("This lesson belongs to another course."), code="lesson_of_another_course")
    return found


def require_readable(lesson: Lesson) -> None:
    """DomainError `lesson_not_available` for a lesson that learners of its course cannot read."""
    is_open = lesson.course.status in OPEN_STATUSES and lesson.is_published
    if not is_open or lesson.is_deleted or lesson.course.is_deleted:
        raise DomainError(_("This lesson is not available."), code="lesson_not_available")


def require_prerequisites(user: User, lesson: Lesson) -> None:
    """DomainError `prerequisite_missing`, naming the first published lesson to be done before, or skipped."""
    passed = LessonProgress.objects.passed().filter(user=user).values("lesson")
    missing = lesson.prerequisites.published().exclude(pk__in=passed).in_order().first()
    if missing is not None:
        raise DomainError(
            _("Do the lesson “%(lesson)s” first.") % {"lesson": missing}, code="prerequisite_missing"
        )


def _after(lesson: Lesson) -> Q:
    return Q(position__gt=lesson.position) | Q(position=lesson.position, pk__gt=lesson.pk)


def _next(course: Course, lesson: Lesson) -> Lesson | None:
    lessons = Lesson.objects.filter(_after(lesson), course=course).published()
    return lessons.select_related("course").in_order().first()


def _store(enrollment: Enrollment, user: User, course: Course, reached: Lesson) -> None:
    """Store what the learner has reached, and that they have completed the course if so."""
    snapshot = store_act(user=user, course=course, reached=reached)
    if snapshot.completion_percentage == 100:
        complete_course(enrollment=enrollment)
