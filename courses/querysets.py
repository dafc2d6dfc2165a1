"""What is asked of courses and their parts: the repository layer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db.models import F, Q

from accounts.whose import BOOK, VIEW_PROGRESS, is_child_of
from config.base.querysets import BaseQuerySet

from .whose import is_enrolled_course, is_own_course

if TYPE_CHECKING:
    from .models import (
        Booking,
        CalendarFeed,
        Course,
        Exercise,
        Formula,
        FormulaPurchase,
        Lesson,
        Quiz,
        QuizItem,
        Subject,
        TutoringSession,
        Video,
    )

#: What decides how an answer is graded; a change of any of them is a new revision of the exercise.
GRADED_FIELDS = frozenset({"kind", "prompt", "options", "answer", "points"})

#: The bookings that hold a seat, and the sessions that take the teacher's time: what was done counts, because
#: nobody has been in two places either.
LIVE_BOOKINGS = ("REQUESTED", "CONFIRMED", "DONE")
#: Those of what is still to come.
WAITING_BOOKINGS = ("REQUESTED", "CONFIRMED")
LIVE_SESSIONS = ("OPEN", "FULL", "DONE")


class SubjectQuerySet(BaseQuerySet["Subject"]):
    def get_by_natural_key(self, slug: str) -> Subject:
        return self.by_natural_key(slug=slug)

    def visible_to(self, user: Any) -> Self:
        """Everybody who is signed in chooses among all of them."""
        return self if user.is_authenticated else self.none()


class CourseQuerySet(BaseQuerySet["Course"]):
    def get_by_natural_key(self, slug: str) -> Course:
        return self.by_natural_key(slug=slug)

    def published(self) -> Self:
        """Courses that learners can find."""
        return self.filter(status="PUBLISHED")

    def taught_by(self, user: Any) -> Self:
        """Courses that this person instructs."""
        return self.filter(instructor=user)

    def visible_to(self, user: Any) -> Self:
        """All for whoever may view all; for others what is published, what they instruct or are enrolled in."""
        if not user.is_authenticated:
            return self.published()
        if user.holds_everywhere("courses.view_course"):
            return self
        return self.filter(
            Q(status="PUBLISHED")
            | Q(instructor=user.pk)
            | is_enrolled_course(user, "pk") & ~Q(status="DRAFT")
        )

    def best_rated(self) -> Self:
        """The best rated first, those without a rating last."""
        return self.order_by(F("rating").desc(nulls_last=True), "-rating_count", "id")

    def most_enrolled(self) -> Self:
        """Those with the most learners first."""
        return self.order_by("-enrollment_count", "id")


#: Of the courses whose parts the enrolled may read: what is archived stays readable for them.
OPEN_STATUSES = ("PUBLISHED", "ARCHIVED")


class PartQuerySet(BaseQuerySet[Any]):
    """Parts of a course; `course_paths` lead to it, `lesson_path` to the lesson that has to be published."""

    course_paths: tuple[str, ...] = ("lesson__course",)
    lesson_path = "lesson__"

    def taught_by(self, user: Any) -> Self:
        """Parts of the courses that this person instructs."""
        return self.filter(self._in_course(user, is_own_course))

    def visible_to(self, user: Any) -> Self:
        """Parts of the courses that this person instructs, and what is published of those they are enrolled in."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            self._in_course(user, is_own_course)
            | self._in_course(user, is_enrolled_course) & self._is_published()
        )

    def _in_course(self, user: Any, condition: Any) -> Q:
        found = Q()
        for path in self.course_paths:
            found |= condition(user, path)
        return found

    def _is_published(self) -> Q:
        """Named outright, not by what they are not: a part may hang under a lesson or a course, and NULL is neither."""
        open_courses = {f"{path}__status__in": OPEN_STATUSES for path in self.course_paths}
        lesson = {f"{self.lesson_path}is_published": True, f"{self.lesson_path}is_deleted": False}
        return Q(**open_courses, **lesson)


class LessonQuerySet(PartQuerySet):
    course_paths = ("course",)
    lesson_path = ""

    def get_by_natural_key(self, course: str, slug: str) -> Lesson:
        return self.by_natural_key(course__slug=course, slug=slug)

    def published(self) -> Self:
        """Lessons that learners of their course can open."""
        return self.filter(is_published=True)

    def required(self) -> Self:
        """Lessons that count towards the completion of their course."""
        return self.filter(is_required=True)

    def in_order(self) -> Self:
        """By position; the number breaks ties."""
        return self.order_by("position", "id")


class VideoQuerySet(PartQuerySet):
    def get_by_natural_key(self, course: str, lesson: str, position: int) -> Video:
        return self.by_natural_key(lesson__course__slug=course, lesson__slug=lesson, position=position)


class ExerciseQuerySet(PartQuerySet):
    def get_by_natural_key(self, course: str, lesson: str, position: int) -> Exercise:
        return self.by_natural_key(lesson__course__slug=course, lesson__slug=lesson, position=position)

    def update(self, **values: Any) -> int:
        """As everywhere; writing what decides the grading raises the revision."""
        if GRADED_FIELDS & set(values):
            values["revision"] = F("revision") + 1
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]


class QuizQuerySet(PartQuerySet):
    course_paths = ("course", "lesson__course")

    def _is_published(self) -> Q:
        """A quiz of a whole course is there as soon as the course is; one of a lesson, with its lesson."""
        of_lesson = Q(
            lesson__is_published=True, lesson__is_deleted=False, lesson__course__status__in=OPEN_STATUSES
        )
        return Q(course__status__in=OPEN_STATUSES) | of_lesson

    def get_by_natural_key(self, course: str, lesson: str | None, title: str) -> Quiz:
        return self.by_natural_key(**_quiz_parent("", course, lesson), title=title)


class QuizItemQuerySet(PartQuerySet):
    course_paths = ("exercise__lesson__course",)
    lesson_path = "exercise__lesson__"

    def get_by_natural_key(self, course: str, lesson: str | None, title: str, position: int) -> QuizItem:
        return self.by_natural_key(
            **_quiz_parent("quiz__", course, lesson), quiz__title=title, position=position
        )


def _quiz_parent(prefix: str, course: str, lesson: str | None) -> dict[str, str]:
    if lesson is None:
        return {f"{prefix}course__slug": course}
    return {f"{prefix}lesson__course__slug": course, f"{prefix}lesson__slug": lesson}


class FormulaQuerySet(BaseQuerySet["Formula"]):
    def get_by_natural_key(self, name: str) -> Formula:
        return self.by_natural_key(name=name)

    def active(self) -> Self:
        """Formulas on offer."""
        return self.filter(is_active=True)


class TutoringSessionQuerySet(BaseQuerySet["TutoringSession"]):
    def get_by_natural_key(self, teacher: str, starts_at: datetime | str) -> TutoringSession:
        return self.by_natural_key(teacher__user__username=teacher, starts_at=starts_at)

    def live(self) -> Self:
        """Sessions that take, or took, the teacher's time."""
        return self.filter(status__in=LIVE_SESSIONS)

    def given(self) -> Self:
        """Sessions whose teacher can still sign in."""
        return self.filter(teacher__is_deleted=False, teacher__user__is_active=True)

    def taught_by(self, user: Any) -> Self:
        """This teacher's own sessions; a profile in the trash has none."""
        return self.filter(teacher__user=user, teacher__is_deleted=False)

    def visible_to(self, user: Any) -> Self:
        """This teacher's own, and those in which this person, or a child of theirs, has a seat."""
        if not user.is_authenticated:
            return self.none()
        booking: Any = self.model._meta.get_field("bookings").related_model
        seats = booking.objects.seen_as_student(user).values("session")
        return self.filter(Q(teacher__user=user, teacher__is_deleted=False) | Q(pk__in=seats))

    def between(self, start: datetime, end: datetime) -> Self:
        """Sessions that overlap with this time."""
        return self.filter(starts_at__lt=end, ends_at__gt=start)


class BookingQuerySet(BaseQuerySet["Booking"]):
    def get_by_natural_key(self, teacher: str, starts_at: datetime | str, student: str) -> Booking:
        return self.by_natural_key(
            session__teacher__user__username=teacher,
            session__starts_at=starts_at,
            student__user__username=student,
        )

    def live(self) -> Self:
        """Bookings that hold a seat."""
        return self.filter(status__in=LIVE_BOOKINGS)

    def standing(self) -> Self:
        """Bookings that were not cancelled."""
        return self.exclude(status="CANCELLED")

    def taught_by(self, user: Any) -> Self:
        """The seats in this teacher's own sessions."""
        return self.filter(session__teacher__user=user, session__teacher__is_deleted=False)

    def seen_as_student(self, user: Any) -> Self:
        """Those of this person, and of the children whose guardianship lets them book or see the progress."""
        return self.filter(_is_students(user))

    def bookable_by(self, user: Any) -> Self:
        """Those that this person may move or cancel: their own, and their children's whom they may book for."""
        mine = Q(student__user=user) | is_child_of(user, "student__user", BOOK)
        return self.filter(mine, student__is_deleted=False)

    def visible_to(self, user: Any) -> Self:
        """This person's own, their children's, and those in the sessions that they teach."""
        if not user.is_authenticated:
            return self.none()
        taught = Q(session__teacher__user=user, session__teacher__is_deleted=False)
        return self.filter(_is_students(user) | taught)

    def bulk_create(self, objs: Iterable[Booking], *args: Any, **kwargs: Any) -> list[Booking]:  # type: ignore[override]
        """As everywhere; each booking takes its session's times, as `save()` does."""
        objs = list(objs)
        session: Any = self.model._meta.get_field("session").related_model
        sessions = session.all_objects
        wanted = sessions.filter(pk__any_of=[obj.session_id for obj in objs])
        times = {key: rest for key, *rest in wanted.values_list("pk", "starts_at", "ends_at")}
        for obj in objs:
            obj.starts_at, obj.ends_at = times.get(obj.session_id, (obj.starts_at, obj.ends_at))
        return super().bulk_create(objs, *args, **kwargs)


class FormulaPurchaseQuerySet(BaseQuerySet["FormulaPurchase"]):
    def get_by_natural_key(self, student: str, formula: str, purchased_at: datetime | str) -> FormulaPurchase:
        return self.by_natural_key(
            student__user__username=student, formula__name=formula, purchased_at=purchased_at
        )

    def visible_to(self, user: Any) -> Self:
        """This person's own, and of the children whose guardianship lets them book or see the progress."""
        return self.filter(_is_students(user)) if user.is_authenticated else self.none()


class CalendarFeedQuerySet(BaseQuerySet["CalendarFeed"]):
    def get_by_natural_key(self, username: str) -> CalendarFeed:
        return self.by_natural_key(user__username=username)

    def visible_to(self, user: Any) -> Self:
        """This person's own."""
        return self.filter(user=user) if user.is_authenticated else self.none()


def _is_students(user: Any) -> Q:
    child = is_child_of(user, "student__user", VIEW_PROGRESS, BOOK)
    return Q(Q(student__user=user) | child, student__is_deleted=False)
