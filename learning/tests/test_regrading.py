"""Regrading: shown before it is done, never behind a person's back."""

from decimal import Decimal

import pytest

from accounts.tests.factories import UserFactory
from config.base.exceptions import DomainError
from config.base.tests.helpers import assert_sound
from courses.tests.factories import ExerciseFactory
from learning.models import ExerciseAttempt, Grade, QuizAttempt
from learning.services import (
    grade_attempt,
    plan_regrade,
    regrade,
    start_quiz,
    submit_answer,
    submit_quiz,
)

from .factories import EnrollmentFactory
from .working import make_class, make_quiz

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make_class()


@pytest.fixture
def exercise(group):
    return ExerciseFactory(lesson=group.lesson)  # b is right


def submit(group, exercise, *ids, by=None):
    return submit_answer(user=by or group.learner, exercise=exercise, answer={"selected": list(ids)})


def change_key(exercise, *ids, **values):
    exercise.answer = {"correct": list(ids)}
    for name, value in values.items():
        setattr(exercise, name, value)
    exercise.save()


def scores(*attempts):
    rows = ExerciseAttempt.objects.with_current_grade().in_bulk([each.pk for each in attempts])
    return [rows[each.pk].current_score for each in attempts]


def test_editing_the_key_changes_no_grade_until_somebody_regrades(group, exercise):
    attempt = submit(group, exercise, "b")
    change_key(exercise, "a")
    assert scores(attempt) == [2]
    (grade,) = regrade(exercise=exercise, grader=group.teacher)
    assert (grade.score, grade.source, grade.grader) == (0, Grade.Source.REGRADE, group.teacher)
    assert scores(attempt) == [0]
    assert attempt.grades.count() == 2
    assert_sound(Grade, ExerciseAttempt)


def test_the_plan_shows_what_changes_and_writes_nothing(group, exercise):
    lowered, raised, same = (submit(group, exercise, each) for each in "bac")
    change_key(exercise, "a")
    plan = {each.attempt: (each.old, each.new) for each in plan_regrade(exercise)}
    assert plan == {lowered: (2, 0), raised: (0, 2)}
    assert same not in plan
    assert Grade.objects.count() == 3


def test_only_raise_takes_points_from_nobody(group, exercise):
    lowered, raised = submit(group, exercise, "b"), submit(group, exercise, "a")
    change_key(exercise, "a")
    regrade(exercise=exercise, grader=group.teacher, only_raise=True)
    assert scores(lowered, raised) == [2, 2]


def test_twice_is_once(group, exercise):
    submit(group, exercise, "b")
    change_key(exercise, "a")
    assert len(regrade(exercise=exercise, grader=group.teacher)) == 1
    assert plan_regrade(exercise) == regrade(exercise=exercise, grader=group.teacher) == []


def test_a_grade_by_a_person_stands(group, exercise):
    attempt = submit(group, exercise, "b")
    grade_attempt(attempt=attempt, grader=group.teacher, score=1)
    change_key(exercise, "a")
    assert plan_regrade(exercise) == regrade(exercise=exercise, grader=group.teacher) == []
    assert scores(attempt) == [1]


def test_points_are_out_of_what_the_attempt_was_worth(group, exercise):
    attempt = submit(group, exercise, "a")
    change_key(exercise, "a", points=10)
    regrade(exercise=exercise, grader=group.teacher)
    attempt.refresh_from_db()
    assert (scores(attempt), attempt.max_points, attempt.exercise_revision) == ([2], 2, 1)


def test_the_latest_attempt_stays_the_latest(group, exercise):
    first, second = submit(group, exercise, "a"), submit(group, exercise, "b")
    moments = [first.submitted_at, second.submitted_at]
    change_key(exercise, "a")
    regrade(exercise=exercise, grader=group.teacher)
    found = ExerciseAttempt.objects.order_by("number")
    assert list(found.values_list("submitted_at", flat=True)) == moments
    assert scores(first, second) == [2, 0]


def other_kind(exercise):
    exercise.kind, exercise.options, exercise.answer = "TRUE_FALSE", [], {"correct": True}


def other_options(exercise):
    exercise.options = [{"id": each, "text": each} for each in "abd"]


@pytest.mark.parametrize("change", [other_kind, other_options])
def test_answers_to_another_question_are_refused_and_listed(group, exercise, change):
    attempt = submit(group, exercise, "b")
    change(exercise)
    exercise.save()
    (difference,) = plan_regrade(exercise)
    assert difference.refusal
    assert difference.new is None
    with pytest.raises(DomainError) as refused:
        regrade(exercise=exercise, grader=group.teacher)
    assert refused.value.code == "regrade_incompatible"
    assert str(group.learner) in str(refused.value)
    assert scores(attempt) == [2]
    assert regrade(exercise=exercise, grader=group.teacher, skip_incompatible=True) == []


def test_another_number_of_blanks_is_refused(group):
    exercise = ExerciseFactory(lesson=group.lesson, kind="CODE_COMPLETION")
    submit_answer(user=group.learner, exercise=exercise, answer={"blanks": ["x"]})
    exercise.answer = {"blanks": [{"accepted": ["secret"]}, {"accepted": ["y"]}]}
    exercise.save()
    with pytest.raises(DomainError) as refused:
        regrade(exercise=exercise, grader=group.teacher)
    assert "secret" not in str(refused.value)


def test_texts_mended_and_options_reordered_fit(group, exercise):
    attempt = submit(group, exercise, "b")
    exercise.options = [{"id": each, "text": f"Better {each}"} for each in "cba"]
    change_key(exercise, "b", "c")
    regrade(exercise=exercise, grader=group.teacher)
    assert scores(attempt) == [0]


def test_free_forms_are_left_to_people(group):
    exercise = ExerciseFactory(lesson=group.lesson, kind="FREE_FORM")
    submit_answer(user=group.learner, exercise=exercise, answer={"text": "Because."})
    assert plan_regrade(exercise) == []


def test_what_could_not_be_graded_gets_its_first_score(group):
    key = {"blanks": [{"accepted": ["ok"], "pattern": "(a|aa)+"}]}
    exercise = ExerciseFactory(lesson=group.lesson, kind="CODE_COMPLETION", answer=key)
    attempt = submit_answer(user=group.learner, exercise=exercise, answer={"blanks": ["a" * 40 + "b"]})
    exercise.answer = {"blanks": [{"accepted": ["ok"], "pattern": "a+b"}]}
    exercise.save()
    (difference,) = plan_regrade(exercise)
    assert (difference.old, difference.new, difference.is_raised) == (None, 2, True)
    regrade(exercise=exercise, grader=group.teacher, only_raise=True)
    assert scores(attempt) == [2]


def test_the_result_of_a_quiz_follows(group):
    quiz, (exercise, _other) = make_quiz(group, "MULTIPLE_CHOICE", "TRUE_FALSE", pass_percent=50)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    submit_answer(user=group.learner, exercise=exercise, answer={"selected": ["a"]}, quiz_attempt=attempt)
    assert submit_quiz(quiz_attempt=attempt).passed is False
    change_key(exercise, "a")
    regrade(exercise=exercise, grader=group.teacher)
    attempt.refresh_from_db()
    assert (attempt.score, attempt.passed) == (Decimal(4), True)
    assert_sound(QuizAttempt, Grade)


def test_a_plan_and_a_regrade_take_as_many_queries_however_many_attempts_there_are(
    group, exercise, django_assert_max_num_queries
):
    for ids in ("a", "b"):
        for _ in range(6):
            learner = UserFactory()
            EnrollmentFactory(user=learner, course=group.course)
            submit(group, exercise, "b", by=learner)
        change_key(exercise, ids)
        with django_assert_max_num_queries(2):
            plan_regrade(exercise)
        with django_assert_max_num_queries(14):
            regrade(exercise=exercise, grader=group.teacher)
