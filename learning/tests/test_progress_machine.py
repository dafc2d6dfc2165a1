"""Anything in any order: what is shown is what the rows say, and what is completed stays so."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.tests.factories import UserFactory
from config.base.exceptions import DomainError
from courses.models import Course, Exercise, Lesson
from courses.services import (
    archive_course,
    publish_course,
    publish_lesson,
    reorder_lessons,
    unpublish_lesson,
)
from courses.tests.factories import ExerciseFactory, LessonFactory
from learning.models import Enrollment, ExerciseAttempt, Grade, LessonProgress, ProgressSnapshot
from learning.selectors import class_report, course_outline, current_snapshot, figures, my_courses
from learning.selectors.drift import progress_drift
from learning.services import (
    advance_to_next_lesson,
    enrol,
    get_current_lesson,
    open_lesson,
    regrade,
    save_progress,
    skip_lesson,
    withdraw,
)

from .factories import FIRST_DAY, ExerciseAttemptFactory, GradeFactory
from .learners import make_course
from .oracle import expected_figures, expected_lesson, expected_percent

pytestmark = pytest.mark.django_db

PICK = st.integers(0, 50)
WAYS = st.sampled_from(["instance", "queryset"])


class Progress(RuleBasedStateMachine):
    """Two courses whose lessons change and move between them, two learners, and their work."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.courses = [make_course(3)[0], make_course(1)[0]]
        self.people = [UserFactory(), UserFactory()]
        for user in self.people:
            for course in self.courses:
                enrol(user=user, course=course)
                first = course.lessons.in_order().first()
                save_progress(user=user, course=course, lesson=first)
                exercise = ExerciseFactory(lesson=first, points=8)
                attempt = ExerciseAttemptFactory(user=user, exercise=exercise)
                GradeFactory(attempt=attempt, score=3, is_correct=None)
        self.days, self.turns, self.places = count(), count(), count(1_000)
        self.completed: dict[int, Any] = {}

    def teardown(self) -> None:
        try:
            self.look_at_all()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def one(self, rows: Any, pick: int) -> Any:
        """One of these rows, or None without any."""
        found = list(rows.order_by("pk"))
        return found[pick % len(found)] if found else None

    def attempt(self, act: Callable[[], Any]) -> None:
        """Do it, unless a rule of the domain forbids it; what is refused writes nothing."""
        with suppress(DomainError), transaction.atomic():
            act()

    # What a teacher does.

    @rule(at=PICK, published=st.booleans(), required=st.booleans())
    def add(self, at: int, published: bool, required: bool) -> None:
        LessonFactory(
            course=self.courses[at % 2], position=None, is_published=published, is_required=required
        )

    @rule(at=PICK)
    def publish(self, at: int) -> None:
        if lesson := self.one(Lesson.objects.all(), at):
            self.attempt(lambda: publish_lesson(lesson=lesson))

    @rule(at=PICK)
    def unpublish(self, at: int) -> None:
        if lesson := self.one(Lesson.objects.all(), at):
            self.attempt(lambda: unpublish_lesson(lesson=lesson))

    @rule(at=PICK)
    def archive(self, at: int) -> None:
        course = Course.objects.get(pk=self.courses[at % 2].pk)
        act = publish_course if course.status == "ARCHIVED" else archive_course
        self.attempt(lambda: act(course=course))

    @rule(at=PICK, data=st.data())
    def reorder(self, at: int, data: Any) -> None:
        course = Course.objects.get(pk=self.courses[at % 2].pk)
        ids = data.draw(st.permutations(sorted(course.lessons.values_list("pk", flat=True))))
        reorder_lessons(course=course, lesson_ids=ids)

    @rule(at=PICK)
    def move(self, at: int) -> None:
        """To the other course, behind all its lessons."""
        if lesson := self.one(Lesson.objects.all(), at):
            other = next(course for course in self.courses if course.pk != lesson.course_id)
            rows = Lesson.objects.filter(pk=lesson.pk)
            self.attempt(lambda: rows.update(course=other, position=next(self.places)))

    @rule(at=PICK, way=WAYS, model=st.sampled_from([Lesson, Lesson, Exercise]))
    def delete(self, at: int, way: str, model: Any) -> None:
        if row := self.one(model.objects.all(), at):
            self.attempt(lambda: (row if way == "instance" else model.objects.filter(pk=row.pk)).delete())

    @rule(at=PICK, model=st.sampled_from([Lesson, Lesson, Exercise, LessonProgress, ExerciseAttempt, Grade]))
    def restore(self, at: int, model: Any) -> None:
        if row := self.one(model.all_objects.dead(), at):
            self.attempt(lambda: row.restore())

    @rule(at=PICK, column=st.sampled_from(["is_published", "is_required"]), value=st.booleans())
    def update_many(self, at: int, column: str, value: bool) -> None:
        rows = Lesson.objects.annotate(odd=F("pk") % 2).filter(odd=at % 2)
        self.attempt(lambda: rows.update(**{column: value}))

    @rule(at=PICK)
    def add_exercise(self, at: int) -> None:
        if lesson := self.one(Lesson.objects.all(), at):
            ExerciseFactory(lesson=lesson, points=1 + at % 7)

    # What learners do.

    @rule(
        who=PICK,
        at=PICK,
        act=st.sampled_from([open_lesson, save_progress, save_progress, save_progress, skip_lesson]),
    )
    def learn(self, who: int, at: int, act: Any) -> None:
        if lesson := self.one(Lesson.objects.published(), at):
            self.attempt(lambda: act(user=self.people[who % 2], course=lesson.course, lesson=lesson))

    @rule(who=PICK, at=PICK)
    def advance(self, who: int, at: int) -> None:
        if lesson := self.one(Lesson.all_objects.all(), at):
            self.attempt(
                lambda: advance_to_next_lesson(
                    user=self.people[who % 2], course=lesson.course, current_lesson=lesson
                )
            )

    @rule(who=PICK, at=PICK)
    def leave_and_return(self, who: int, at: int) -> None:
        course = self.courses[at % 2]
        self.attempt(
            lambda: [act(user=self.people[who % 2], course=course) for act in (withdraw, enrol)]  # type: ignore[operator]
        )

    @rule(who=PICK, at=PICK, days=st.integers(-3, 3))
    def answer(self, who: int, at: int, days: int) -> None:
        if exercise := self.one(Exercise.objects.all(), at):
            moment = FIRST_DAY + timedelta(days=days)
            ExerciseAttemptFactory(user=self.people[who % 2], exercise=exercise, submitted_at=moment)

    @rule(at=PICK, eighths=st.one_of(st.none(), st.integers(0, 8)))
    def grade(self, at: int, eighths: int | None) -> None:
        if attempt := self.one(ExerciseAttempt.objects.all(), at):
            score = None if eighths is None else attempt.max_points * eighths / 8
            moment = FIRST_DAY + timedelta(days=9, seconds=next(self.days))
            GradeFactory(attempt=attempt, score=score, is_correct=None, graded_at=moment)

    @rule(at=PICK, key=st.sampled_from("abc"), only_raise=st.booleans())
    def regrade_with_another_key(self, at: int, key: str, only_raise: bool) -> None:
        if exercise := self.one(Exercise.objects.all(), at):
            Exercise.objects.filter(pk=exercise.pk).update(answer={"correct": [key]})
            exercise.refresh_from_db()
            self.attempt(lambda: regrade(exercise=exercise, grader=self.people[0], only_raise=only_raise))

    # What is written past the services.

    @rule(at=PICK)
    def undo(self, at: int) -> None:
        if row := self.one(LessonProgress.objects.all(), at):
            LessonProgress.objects.filter(pk=row.pk).update(status="SKIPPED", completed_at=None)

    @rule(at=PICK, way=WAYS, model=st.sampled_from([LessonProgress, ExerciseAttempt, Grade]))
    def delete_work(self, at: int, way: str, model: Any) -> None:
        if row := self.one(model.objects.all(), at):
            (row if way == "instance" else model.objects.filter(pk=row.pk)).delete()

    # What everybody is shown.

    @invariant()
    def look_at_the_first(self) -> None:
        """The first learner's stored figures are read after every step, the other's now and then."""
        self.look_at_stored(self.people[0], self.courses[next(self.turns) % 2])

    def look_at_stored(self, user: Any, course: Any) -> None:
        wanted, stored = expected_figures(user.pk, course.pk), current_snapshot(user=user, course=course)
        assert (stored.lessons_completed, stored.lessons_total) == (
            wanted.lessons_completed,
            wanted.lessons_total,
        )
        assert stored.completion_percentage == expected_percent(user.pk, course.pk)
        assert stored.exercises_attempted == wanted.exercises_attempted
        assert stored.average_score == wanted.average_score

    @rule(who=PICK, at=PICK)
    def look(self, who: int, at: int) -> None:
        """What one learner is shown of one course. The others' figures stay as they were stored, however long ago."""
        user, course = self.people[who % 2], self.courses[at % 2]
        wanted = expected_figures(user.pk, course.pk)
        percent, here = expected_percent(user.pk, course.pk), expected_lesson(user.pk, course.pk)
        outline = course_outline(user=user, course=course)
        assert figures(user, course) == outline.figures == wanted
        assert (wanted.percent, wanted.is_complete) == (percent, percent == 100)
        lesson = get_current_lesson(user=user, course=course)
        assert [each and each.pk for each in (lesson, outline.resume)] == [here, here]
        self.look_at_stored(user, course)
        enrollment = Enrollment.objects.get(user=user, course=course)
        first = self.completed.setdefault(enrollment.pk, enrollment.completed_at)
        assert first in (None, enrollment.completed_at), "completion sticks"
        self.completed[enrollment.pk] = enrollment.completed_at
        assert (enrollment.status == "COMPLETED") == (enrollment.completed_at is not None)

    def look_at_all(self) -> None:
        """What everybody is shown of everything, and what the check says."""
        assert list(progress_drift()) == []
        for at, course in enumerate(self.courses):
            report = {row.user_id: row for row in class_report(course).rows}
            for who, user in enumerate(self.people):
                row = report[user.pk]
                mine = next(each for each in my_courses(user) if each.course.pk == course.pk)
                assert row.figures == mine.figures == expected_figures(user.pk, course.pk)
                here = expected_lesson(user.pk, course.pk)
                assert (row.current and row.current.lesson_id) == (mine.resume and mine.resume.pk) == here
                self.look(who=who, at=at)


def test_after_anything_in_any_order_what_is_shown_is_what_the_rows_say():
    run_state_machine_as_test(
        Progress,
        settings=settings(
            max_examples=6,
            stateful_step_count=20,
            phases=(
                Phase.explicit,
                Phase.generate,
            ),  # a failure is short enough, and shrinking it takes minutes
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert not ProgressSnapshot.all_objects.exists(), "each run is rolled back"
