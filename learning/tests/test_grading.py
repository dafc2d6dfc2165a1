"""Grading by people: what waits, who has it, and that the newest grade counts."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from accounts.tests.factories import SuperuserFactory, TeacherFactory, UserFactory
from config.base.events import subscribe, unsubscribe
from config.base.exceptions import DomainError
from config.base.querysets import now_ms
from config.base.tests.helpers import assert_sound
from courses.tests.factories import ExerciseFactory
from learning.events import AttemptGraded
from learning.models import Enrollment, ExerciseAttempt, Grade
from learning.services import (
    claim_attempt,
    claimant,
    grade_attempt,
    release_attempt,
    start_attempt,
    submit_answer,
)

from .factories import EnrollmentFactory
from .working import make_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make_class()


def write(group, text="Because.", **values):
    exercise = ExerciseFactory(lesson=group.lesson, kind="FREE_FORM", points=10, **values)
    return submit_answer(user=group.learner, exercise=exercise, answer={"text": text})


def current(attempt):
    return ExerciseAttempt.objects.with_current_grade().get(pk=attempt.pk)


def test_a_grade_of_nothing_is_a_grade_and_no_grade_is_none(group):
    attempt = write(group)
    assert current(attempt).current_score is None
    grade = grade_attempt(attempt=attempt, grader=group.teacher, score=0)
    assert (current(attempt).current_score, grade.is_correct) == (Decimal(0), False)
    assert attempt not in ExerciseAttempt.objects.ungraded()


@pytest.mark.parametrize(("score", "is_correct"), [(0, False), ("3.5", None), (Decimal("10.00"), True)])
def test_all_points_are_right_none_are_wrong_and_some_are_neither(group, score, is_correct):
    grade = grade_attempt(attempt=write(group), grader=group.teacher, score=score, feedback="Well.")
    assert (grade.is_correct, grade.source, grade.grader) == (is_correct, Grade.Source.MANUAL, group.teacher)


@pytest.mark.parametrize("score", [-1, "10.01", 11, "0.005", "NaN", "Infinity", "many", ""])
def test_a_score_beyond_the_points_or_no_number_is_refused(group, score):
    with pytest.raises(ValidationError) as refused:
        grade_attempt(attempt=write(group), grader=group.teacher, score=score)
    assert list(refused.value.message_dict) == ["score"]
    assert not Grade.objects.exists()


def test_the_newest_grade_counts_and_grades_rise_in_time(group):
    attempt = write(group)
    for score in (4, 9, 7):
        grade_attempt(attempt=attempt, grader=group.teacher, score=score)
    moments = list(attempt.grades.order_by("pk").values_list("graded_at", flat=True))
    assert moments == sorted(set(moments))
    assert current(attempt).current_score == 7
    assert_sound(Grade, ExerciseAttempt)


def test_a_grade_follows_one_that_is_dated_in_the_future(group):
    attempt = write(group)
    future = now_ms() + timedelta(days=1)
    Grade.objects.create(attempt=attempt, score=1, source=Grade.Source.AUTO, graded_at=future)
    assert grade_attempt(attempt=attempt, grader=group.teacher, score=2).graded_at > future
    assert current(attempt).current_score == 2


def test_grading_works_after_the_attempts_are_exhausted(group):
    attempt = write(group, max_attempts=1)
    assert grade_attempt(attempt=attempt, grader=group.teacher, score=5).score == 5


def test_what_was_not_submitted_is_not_graded(group):
    begun = start_attempt(user=group.learner, exercise=ExerciseFactory(lesson=group.lesson))
    for act in (
        lambda: grade_attempt(attempt=begun, grader=group.teacher, score=1),
        lambda: claim_attempt(attempt=begun, user=group.teacher),
    ):
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.code == "not_submitted"


def test_grades_are_announced_after_the_commit(group, django_capture_on_commit_callbacks):
    heard = []
    subscribe(AttemptGraded, heard.append)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            attempt = write(group)
            grade = grade_attempt(attempt=attempt, grader=group.teacher, score=5)
    finally:
        unsubscribe(AttemptGraded, heard.append)
    assert [(event.grade_id, event.user_id) for event in heard] == [(grade.pk, group.learner.pk)]


def test_an_answer_is_claimed_by_one(group):
    attempt, other = write(group), TeacherFactory(full_name="Agathe Roy")
    claim_attempt(attempt=attempt, user=group.teacher)
    for act in (
        lambda: claim_attempt(attempt=attempt, user=other),
        lambda: grade_attempt(attempt=attempt, grader=other, score=1),
    ):
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.code == "attempt_claimed"
        assert str(group.teacher) in str(refused.value)
    release_attempt(attempt=attempt, user=other)  # not theirs to give up
    assert claimant(current(attempt)) == group.teacher
    release_attempt(attempt=attempt, user=group.teacher)
    assert claimant(claim_attempt(attempt=attempt, user=other)) == other


def test_a_claim_ends_with_the_grade_and_by_itself(group):
    attempt, other = write(group), TeacherFactory()
    claim_attempt(attempt=attempt, user=group.teacher)
    grade_attempt(attempt=attempt, grader=group.teacher, score=1)
    assert current(attempt).claimed_by is None
    claim_attempt(attempt=attempt, user=group.teacher)
    ExerciseAttempt.objects.filter(pk=attempt.pk).update(claimed_at=now_ms() - timedelta(minutes=31))
    assert claimant(current(attempt)) is None
    assert claimant(claim_attempt(attempt=attempt, user=other)) == other


def test_the_queue_holds_what_waits_in_ones_own_courses_the_oldest_first(group):
    elsewhere = make_class()
    first, second, theirs = write(group), write(group), write(elsewhere)
    done = write(group)
    grade_attempt(attempt=done, grader=group.teacher, score=1)
    submit_answer(
        user=group.learner, exercise=ExerciseFactory(lesson=group.lesson), answer={"selected": ["a"]}
    )
    queue = ExerciseAttempt.objects.grading_queue
    assert list(queue(group.teacher)) == [first, second]
    assert list(queue(elsewhere.teacher)) == [theirs]
    assert list(queue(SuperuserFactory())) == [first, second, theirs]
    assert not queue(UserFactory()).exists()


def test_who_has_withdrawn_leaves_the_teachers_queue_and_comes_back_with_their_enrolment(group):
    attempt = write(group)
    for status, waiting in ((Enrollment.Status.WITHDRAWN, []), (Enrollment.Status.ACTIVE, [attempt])):
        group.enrollment.status = status
        group.enrollment.save()
        assert list(ExerciseAttempt.objects.grading_queue(group.teacher)) == waiting


def test_the_answer_to_an_exercise_in_the_trash_still_waits(group):
    attempt = write(group)
    attempt.exercise.delete()
    assert list(ExerciseAttempt.objects.grading_queue(group.teacher)) == [attempt]
    assert grade_attempt(attempt=attempt, grader=group.teacher, score=3).score == 3


def test_the_queue_is_one_query(group, django_assert_num_queries):
    for _ in range(3):
        write(group)
    EnrollmentFactory(course=group.course)
    group.teacher.holds_everywhere("learning.add_grade")  # asked once a request
    with django_assert_num_queries(1):
        assert len(ExerciseAttempt.objects.grading_queue(group.teacher).with_current_grade()) == 3
