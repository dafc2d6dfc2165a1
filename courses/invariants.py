"""Rules between rows that no constraint can hold, kept on every path that writes (see `config.base.guards`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.signals import m2m_changed
from django.utils.translation import gettext as _

from config.base import integrity
from config.base.differences import Difference
from config.base.exceptions import DomainError
from config.base.guards import guard

from .models import Booking, Course, Exercise, Lesson, TutoringSession
from .querysets import LIVE_BOOKINGS, WAITING_BOOKINGS
from .validators import check_prerequisites

#: What a change of decides which lessons of a course count, and in which order.
STRUCTURE_FIELDS = ("course_id", "position", "is_published", "is_required", "is_deleted")
#: What a change of decides which exercises count.
EXERCISE_FIELDS = ("lesson_id", "is_deleted")


def watch() -> None:
    """Put the models under guard; called once when the app is ready."""
    integrity.register(published_courses_teach)
    integrity.register(seats_are_there)
    guard(Lesson, raise_structure_version)
    guard(Exercise, raise_structure_version_of_exercises)
    guard(TutoringSession, keep_sessions)
    guard(Booking, keep_bookings)
    m2m_changed.connect(
        refuse_prerequisites, sender=Lesson.prerequisites.through, dispatch_uid="courses_prerequisites"
    )


def raise_structure_version(keys: list[int], using: str) -> None:
    """A lesson that came, went, moved or changed its standing raises the version of each course concerned.

    Both courses when it moved between two.
    """
    records = _last_records(Lesson, keys, STRUCTURE_FIELDS, using)
    _keep_something_to_learn(records, using)
    courses = _changed_parents(records)
    if courses:
        _raise_versions(Q(pk__any_of=sorted(courses)), using)


def raise_structure_version_of_exercises(keys: list[int], using: str) -> None:
    """So does an exercise that came, went, or moved to another lesson: those that there are make the average score."""
    lessons = _changed_parents(_last_records(Exercise, keys, EXERCISE_FIELDS, using))
    if lessons:
        rows = Lesson.all_objects.using(using).filter(pk__any_of=sorted(lessons)).order_by()
        _raise_versions(Q(pk__in=rows.values("course")), using)


def _last_records(
    model: Any, keys: list[int], fields: tuple[str, ...], using: str
) -> list[list[tuple[Any, ...]]]:
    """For each of these rows the fields in its last two records, the older first: the history knows where it was."""
    current = model.all_objects.using(using).filter(pk=OuterRef("id")).values("version")[:1]
    newest = model.history.model._base_manager.using(using).filter(
        id__any_of=keys, version__gte=Subquery(current) - 1
    )
    records: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *structure in newest.order_by("version").values_list("id", *fields):
        records[key].append(tuple(structure))
    return [found[-2:] for found in records.values()]


def _changed_parents(records: Iterable[list[tuple[Any, ...]]]) -> set[int]:
    """The parents, named first in each record, that got, lost or see changed one of these rows."""
    return {
        parent for found in records if len(found) == 1 or found[0] != found[1] for parent, *_rest in found
    }


def _raise_versions(courses: Q, using: str) -> None:
    Course.all_objects.using(using).filter(courses).update(structure_version=F("structure_version") + 1)


def _keep_something_to_learn(records: Iterable[list[tuple[Any, ...]]], using: str) -> None:
    """DomainError `last_published_lesson` when a published course has just lost its last published lesson."""

    def offered_in(structure: tuple[Any, ...]) -> int | None:
        course, _position, is_published, _is_required, is_deleted = structure
        return course if is_published and not is_deleted else None

    left = {
        offered_in(found[-2])
        for found in records
        if len(found) > 1 and offered_in(found[-2]) != offered_in(found[-1])
    }
    left.discard(None)
    if not left:
        return
    # Locked, because publishing the course meanwhile would look for the very lesson that goes.
    courses = Course.objects.using(using).published().filter(pk__any_of=sorted(left)).order_by("pk")
    published = list(courses.select_for_update(no_key=True).values_list("pk", flat=True))
    if not published:
        return
    lessons = Lesson.objects.using(using).published().filter(course__any_of=published)
    if set(published) - set(lessons.order_by().values_list("course_id", flat=True)):
        message = _("This is the only published lesson of a published course. Archive the course first.")
        raise DomainError(message, code="last_published_lesson")


def published_courses_teach(using: str) -> Iterator[Difference]:
    """The same for `check_data`, whoever wrote past the kernel."""
    lessons = Lesson.objects.using(using).published().filter(course=OuterRef("pk"))
    for course in Course.objects.using(using).published().filter(~Exists(lessons)):
        yield Difference("courses_course.status", "published without a lesson", found=f"course {course.pk}")


def keep_sessions(keys: list[int], using: str) -> None:
    """When a session moves, its bookings move with it, and its seats stay within its capacity."""
    bookings = Booking.all_objects.using(using).filter(session__any_of=keys)
    moved = bookings.exclude(starts_at=F("session__starts_at"), ends_at=F("session__ends_at"))
    moved_keys = list(moved.values_list("pk", flat=True))
    if moved_keys:
        session = TutoringSession.all_objects.using(using).filter(pk=OuterRef("session"))
        Booking.all_objects.using(using).filter(pk__any_of=moved_keys).update(
            starts_at=Subquery(session.values("starts_at")[:1]),
            ends_at=Subquery(session.values("ends_at")[:1]),
        )
    keep_seats(keys, using)


def keep_bookings(keys: list[int], using: str) -> None:
    """A booking has its session's times, and there was a seat for it; the one that it left is free.

    The sessions are locked first: of two bookings for the last seat the second waits, and then sees the first.
    """
    bookings = Booking.all_objects.using(using).filter(pk__any_of=keys)
    current = Booking.all_objects.using(using).filter(pk=OuterRef("id")).values("version")[:1]
    newest = Booking.history.model._base_manager.using(using).filter(
        id__any_of=keys, version__gte=Subquery(current) - 1
    )
    sessions = sorted(set(newest.order_by().values_list("session_id", flat=True)))
    rows = TutoringSession.all_objects.using(using).filter(pk__any_of=sessions)
    list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    if bookings.exclude(starts_at=F("session__starts_at"), ends_at=F("session__ends_at")).exists():
        raise DomainError(_("The session has moved meanwhile. Try again."), code="session_moved")
    keep_seats(sessions, using)


def keep_seats(sessions: list[int], using: str) -> None:
    """A session is FULL exactly while its seats are taken, and OPEN while they are not.

    Raises DomainError: `session_full` when one of these sessions has more live bookings than seats, `session_closed`
    when one that is cancelled still has bookings.
    """
    rows = TutoringSession.all_objects.using(using).filter(pk__any_of=sessions, is_deleted=False)
    held = Q(bookings__is_deleted=False, bookings__status__in=LIVE_BOOKINGS)
    waiting = Q(bookings__is_deleted=False, bookings__status__in=WAITING_BOOKINGS)
    counted = rows.annotate(taken=Count("bookings", filter=held), waiting=Count("bookings", filter=waiting))
    due: dict[int, str] = {}
    for key, status, capacity, taken, left in counted.order_by().values_list(
        "pk", "status", "capacity", "taken", "waiting"
    ):
        if taken > capacity:
            raise DomainError(_("This session has no seat left."), code="session_full")
        if left and status == "CANCELLED":
            raise DomainError(_("This session is closed."), code="session_closed")
        true = "FULL" if taken == capacity else "OPEN"
        if status in ("OPEN", "FULL") and status != true:
            due[key] = true
    # One by one: update() would lock them against the very insertions that wait for this one.
    for session in rows.filter(pk__any_of=sorted(due)) if due else ():
        session.status = due[session.pk]
        session.save(using=using, update_fields=["status"])


def seats_are_there(using: str) -> Iterator[Difference]:
    """For `check_data`: no session has more bookings than seats, or any that waits for it once it is cancelled."""
    held = Q(bookings__is_deleted=False, bookings__status__in=LIVE_BOOKINGS)
    waiting = Q(bookings__is_deleted=False, bookings__status__in=WAITING_BOOKINGS)
    rows = TutoringSession.objects.using(using).annotate(
        taken=Count("bookings", filter=held), waiting=Count("bookings", filter=waiting)
    )
    full = rows.filter(taken__gt=F("capacity")).order_by("pk")
    for key, capacity, taken in full.values_list("pk", "capacity", "taken"):
        yield Difference(
            "courses_tutoringsession.capacity",
            "more bookings than seats",
            expected=f"at most {capacity}",
            found=f"{taken} in session {key}",
        )
    for session in rows.filter(waiting__gt=0, status="CANCELLED").order_by("pk"):
        yield Difference(
            "courses_tutoringsession.status", "cancelled with bookings", found=f"session {session.pk}"
        )
    moved = Booking.objects.using(using).exclude(
        starts_at=F("session__starts_at"), ends_at=F("session__ends_at")
    )
    for booking in moved.order_by("pk"):
        yield Difference("courses_booking.starts_at", "not its session's time", found=f"booking {booking.pk}")


def refuse_prerequisites(
    instance: Lesson, action: str, reverse: bool, pk_set: set[int], using: str, **kwargs: Any
) -> None:
    """The last line for prerequisites, whoever adds them; forms and the API say it on the field before."""
    if action != "pre_add" or not pk_set:
        return
    others = list(Lesson.all_objects.using(using).filter(pk__any_of=sorted(pk_set)))
    courses = {instance.course_id, *(other.course_id for other in others)}
    # Two links that close a circle together would each be fine alone: one after the other, then.
    list(
        Course.all_objects.using(using)
        .filter(pk__any_of=sorted(courses))
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    try:
        if reverse:
            for other in others:
                check_prerequisites(other, [instance], using=using)
        else:
            check_prerequisites(instance, others, using=using)
    except ValidationError as error:
        raise DomainError(" ".join(error.messages), code="prerequisites") from error
