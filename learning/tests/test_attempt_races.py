"""Attempts, quizzes and grades begun at once, by real threads."""

import pytest
from django.db import transaction

from config.base.tests.helpers import assert_sound, race
from courses.tests.factories import ExerciseFactory
from learning.models import ExerciseAttempt, Grade, QuizAttempt
from learning.services import (
    claim_attempt,
    grade_attempt,
    regrade,
    start_attempt,
    start_quiz,
    submit_answer,
    submit_quiz,
)

from .factories import RIGHT
from .working import make_class, make_quiz

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_twenty_submissions_at_once_no_more_than_allowed_are_attempts():
    group = make_class()
    exercise = ExerciseFactory(lesson=group.lesson, kind="FREE_FORM", max_attempts=3)

    def submit(number):
        return lambda: (
            submit_answer(user=group.learner, exercise=exercise, answer={"text": f"Answer {number}"})
            and "attempt"
        )

    outcomes = race(*(submit(number) for number in range(20)))
    assert outcomes == {"attempt": 3, "DomainError": 17}
    assert sorted(ExerciseAttempt.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert_sound(ExerciseAttempt)


def test_twenty_times_the_same_answer_at_once_is_one_attempt_with_one_grade():
    group = make_class()
    exercise = ExerciseFactory(lesson=group.lesson, max_attempts=1)
    outcomes = race(
        *[lambda: submit_answer(user=group.learner, exercise=exercise, answer={"selected": ["b"]}).pk] * 20
    )
    assert len(outcomes) == 1
    assert (ExerciseAttempt.objects.count(), Grade.objects.count()) == (1, 1)


def test_beginning_at_once_is_beginning_once():
    group = make_class()
    quiz, (exercise,) = make_quiz(group, "MULTIPLE_CHOICE", max_attempts=1)
    assert len(race(*[lambda: start_quiz(user=group.learner, quiz=quiz).pk] * 8)) == 1
    assert len(race(*[lambda: start_attempt(user=group.learner, exercise=exercise).pk] * 8)) == 1
    assert (QuizAttempt.objects.count(), ExerciseAttempt.objects.count()) == (1, 2)


def test_a_quiz_submitted_by_many_at_once_is_graded_once():
    group = make_class()
    quiz, (exercise,) = make_quiz(group, "MULTIPLE_CHOICE")
    attempt = start_quiz(user=group.learner, quiz=quiz)
    submit_answer(
        user=group.learner, exercise=exercise, answer=RIGHT["MULTIPLE_CHOICE"], quiz_attempt=attempt
    )
    assert race(*[lambda: submit_quiz(quiz_attempt=attempt).score] * 8) == {"4.00": 8}
    assert Grade.objects.count() == 1
    assert_sound(QuizAttempt, ExerciseAttempt, Grade)


def test_grades_given_and_regraded_at_once_follow_each_other_in_time():
    group = make_class()
    quiz, (exercise, text) = make_quiz(group, "MULTIPLE_CHOICE", "FREE_FORM")
    attempt = start_quiz(user=group.learner, quiz=quiz)
    submit_answer(user=group.learner, exercise=exercise, answer={"selected": ["a"]}, quiz_attempt=attempt)
    part = submit_answer(user=group.learner, exercise=text, answer={"text": "So."}, quiz_attempt=attempt)
    submit_quiz(quiz_attempt=attempt)
    exercise.answer = {"correct": ["a"]}
    exercise.save()

    def grade(score):
        return lambda: grade_attempt(attempt=part, grader=group.teacher, score=score) and "graded"

    def grade_again():
        regrade(exercise=exercise, grader=group.teacher)
        return "graded"

    assert race(*(grade(score) for score in (1, 2, 3)), grade_again, grade_again) == {"graded": 5}
    moments = list(part.grades.values_list("graded_at", flat=True))
    assert len(set(moments)) == 3
    attempt.refresh_from_db()
    newest = part.grades.order_by("-graded_at").first()
    assert attempt.score == 4 + newest.score
    assert Grade.objects.filter(source="REGRADE").count() == 1
    assert_sound(QuizAttempt, Grade)


def test_of_two_teachers_one_has_the_answer():
    group, other = make_class(), make_class()
    exercise = ExerciseFactory(lesson=group.lesson, kind="FREE_FORM")
    attempt = submit_answer(user=group.learner, exercise=exercise, answer={"text": "So."})

    def claim(user):
        return lambda: claim_attempt(attempt=attempt, user=user) and "claimed"

    assert race(claim(group.teacher), claim(other.teacher)) == {"claimed": 1, "DomainError": 1}


def test_a_submission_that_is_rolled_back_leaves_nothing():
    group = make_class()
    exercise = ExerciseFactory(lesson=group.lesson, max_attempts=1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        submit_answer(user=group.learner, exercise=exercise, answer={"selected": ["b"]})
        raise ZeroDivisionError
    assert not ExerciseAttempt.all_objects.exists()
