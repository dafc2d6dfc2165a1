"""Quizzes: time, attempts, and results that wait for what people have to read."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from config.base.exceptions import DomainError
from config.base.tests.helpers import assert_sound
from courses.models import QuizItem
from courses.tests.factories import ExerciseFactory, LessonFactory, QuizFactory, QuizItemFactory
from learning.models import ExerciseAttempt, Grade, QuizAttempt
from learning.services import (
    close_overdue_quizzes,
    current_snapshot,
    grade_attempt,
    start_attempt,
    start_quiz,
    submit_answer,
    submit_quiz,
)

from .factories import RIGHT, WRONG
from .working import make_class, make_quiz

pytestmark = pytest.mark.django_db
MC, TF, FREE = "MULTIPLE_CHOICE", "TRUE_FALSE", "FREE_FORM"


@pytest.fixture
def group():
    return make_class()


def answer(group, attempt, exercise, given):
    return submit_answer(user=group.learner, exercise=exercise, answer=given, quiz_attempt=attempt)


def let_time_pass(attempt, minutes):
    """As if the attempt had been begun so many minutes earlier."""
    earlier = timedelta(minutes=minutes)
    QuizAttempt.objects.filter(pk=attempt.pk).update(
        started_at=attempt.started_at - earlier, due_at=attempt.due_at - earlier
    )
    attempt.refresh_from_db()


def test_a_quiz_is_worth_what_its_items_say(group):
    quiz, (first, second) = make_quiz(group, MC, TF, pass_percent=50)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    answer(group, attempt, first, RIGHT[MC])
    answer(group, attempt, second, WRONG[TF])
    done = submit_quiz(quiz_attempt=attempt)
    assert (done.score, done.passed) == (Decimal(4), True)
    assert list(done.exercise_attempts.values_list("max_points", flat=True)) == [4, 4]
    assert_sound(QuizAttempt, ExerciseAttempt, Grade)


def test_the_pass_mark_is_reached_and_not_rounded_to(group):
    quiz, exercises = make_quiz(group, MC, TF, TF, points=1, pass_percent=67)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    for exercise in exercises[:2]:
        answer(group, attempt, exercise, RIGHT[exercise.kind])
    done = submit_quiz(quiz_attempt=attempt)
    assert (done.score, done.passed) == (Decimal(2), False)  # 66.67 %


def test_starting_twice_is_once(group):
    quiz, _exercises = make_quiz(group, MC, max_attempts=1)
    assert start_quiz(user=group.learner, quiz=quiz) == start_quiz(user=group.learner, quiz=quiz)


def test_no_more_attempts_than_allowed(group):
    quiz, _exercises = make_quiz(group, MC, max_attempts=1)
    submit_quiz(quiz_attempt=start_quiz(user=group.learner, quiz=quiz))
    with pytest.raises(DomainError) as refused:
        start_quiz(user=group.learner, quiz=quiz)
    assert refused.value.code == "no_attempts_left"


def test_an_answer_may_be_changed_and_shows_nothing_until_the_quiz_is_submitted(group):
    quiz, (exercise,) = make_quiz(group, MC)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    part = answer(group, attempt, exercise, WRONG[MC])
    assert answer(group, attempt, exercise, RIGHT[MC]) == part
    assert not Grade.objects.exists()
    assert submit_quiz(quiz_attempt=attempt).score == 4
    assert Grade.objects.count() == 1


def test_submitting_twice_is_once(group):
    quiz, (exercise,) = make_quiz(group, MC)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    answer(group, attempt, exercise, RIGHT[MC])
    first = submit_quiz(quiz_attempt=attempt)
    second = submit_quiz(quiz_attempt=attempt)
    assert (first.submitted_at, first.version) == (second.submitted_at, second.version)
    assert Grade.objects.count() == 1


def test_after_submission_nothing_is_answered(group):
    quiz, (exercise,) = make_quiz(group, MC)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    submit_quiz(quiz_attempt=attempt)
    with pytest.raises(DomainError) as refused:
        answer(group, attempt, exercise, RIGHT[MC])
    assert refused.value.code == "quiz_submitted"


def test_what_was_not_answered_is_worth_nothing(group):
    quiz, _exercises = make_quiz(group, MC, FREE, pass_percent=0)
    done = submit_quiz(quiz_attempt=start_quiz(user=group.learner, quiz=quiz))
    assert (done.score, done.passed) == (Decimal(0), True)
    assert not ExerciseAttempt.objects.submitted().exists()


def test_an_ungraded_part_leaves_the_result_open_until_it_is_graded(group):
    quiz, (choice, text) = make_quiz(group, MC, FREE, pass_percent=60)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    answer(group, attempt, choice, RIGHT[MC])
    part = answer(group, attempt, text, RIGHT[FREE])
    waiting = submit_quiz(quiz_attempt=attempt)
    assert (waiting.score, waiting.passed) == (None, None)
    grade_attempt(attempt=part, grader=group.teacher, score=Decimal("0.75"))
    attempt.refresh_from_db()
    assert (attempt.score, attempt.passed) == (Decimal("4.75"), False)
    grade_attempt(attempt=part, grader=group.teacher, score="0.80")
    attempt.refresh_from_db()
    assert (attempt.score, attempt.passed) == (Decimal("4.80"), True)
    assert_sound(QuizAttempt, ExerciseAttempt, Grade)


def test_an_answer_after_the_time_is_refused_and_the_attempt_closes_with_what_came_in_time(group):
    quiz, (first, second) = make_quiz(group, MC, TF, time_limit_minutes=10)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    answer(group, attempt, first, RIGHT[MC])
    let_time_pass(attempt, 11)
    with pytest.raises(DomainError) as refused:
        answer(group, attempt, second, RIGHT[TF])
    assert refused.value.code == "time_is_up"
    attempt.refresh_from_db()
    assert (attempt.submitted_at, attempt.score) == (attempt.due_at, Decimal(4))


def test_submitting_late_submits_what_came_in_time(group):
    quiz, (exercise,) = make_quiz(group, MC, time_limit_minutes=10)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    part = answer(group, attempt, exercise, RIGHT[MC])
    let_time_pass(attempt, 11)
    done = submit_quiz(quiz_attempt=attempt)
    part.refresh_from_db()
    assert done.submitted_at == part.submitted_at == attempt.due_at
    assert done.score == 4


def test_what_is_left_open_is_closed_by_the_next_start_or_by_whoever_asks(group):
    quiz, _exercises = make_quiz(group, MC, time_limit_minutes=10)
    first = start_quiz(user=group.learner, quiz=quiz)
    let_time_pass(first, 11)
    second = start_quiz(user=group.learner, quiz=quiz)
    assert second.number == 2
    assert list(QuizAttempt.objects.open()) == [second]
    let_time_pass(second, 11)
    assert list(QuizAttempt.objects.overdue()) == [second]
    assert (close_overdue_quizzes(), close_overdue_quizzes()) == (1, 0)


def test_the_last_attempt_run_out_of_time_is_closed_even_where_none_is_left(group):
    quiz, _exercises = make_quiz(group, MC, time_limit_minutes=10, max_attempts=1)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    let_time_pass(attempt, 11)
    with pytest.raises(DomainError) as refused:
        start_quiz(user=group.learner, quiz=quiz)
    assert refused.value.code == "no_attempts_left"
    assert not QuizAttempt.objects.open().exists()


def test_editing_the_quiz_changes_no_attempt(group):
    quiz, (first, second) = make_quiz(group, MC, TF, pass_percent=50, time_limit_minutes=10)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    answer(group, attempt, first, RIGHT[MC])
    answer(group, attempt, second, WRONG[TF])
    QuizItem.objects.filter(quiz=quiz).update(points=9)
    quiz.items.get(exercise=second).delete()
    QuizItemFactory(quiz=quiz, exercise=ExerciseFactory(lesson=group.lesson))
    quiz.pass_percent, quiz.time_limit_minutes = 90, 1
    quiz.save()
    first.answer = {"correct": ["a"]}
    first.save()
    due = attempt.due_at
    done = submit_quiz(quiz_attempt=attempt)
    assert (done.score, done.passed, done.pass_percent, done.due_at) == (Decimal(4), True, 50, due)
    assert done.exercise_attempts.count() == 2


def test_a_quiz_of_a_whole_course_asks_what_learners_can_open(group):
    quiz = QuizFactory(lesson=None, course=group.course)
    shown = ExerciseFactory(lesson=group.lesson)
    hidden = ExerciseFactory(lesson=LessonFactory(course=group.course))
    for exercise in (shown, hidden):
        QuizItemFactory(quiz=quiz, exercise=exercise, points=3)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    assert [part.exercise for part in attempt.exercise_attempts.all()] == [shown]
    answer(group, attempt, shown, RIGHT[MC])
    assert submit_quiz(quiz_attempt=attempt).score == 3


def test_an_empty_quiz_is_not_begun(group):
    with pytest.raises(DomainError) as refused:
        start_quiz(user=group.learner, quiz=QuizFactory(lesson=group.lesson))
    assert refused.value.code == "quiz_empty"


def test_only_the_enrolled_begin_what_is_published(group):
    quiz, _exercises = make_quiz(group, MC)
    with pytest.raises(DomainError) as refused:
        start_quiz(user=group.teacher, quiz=quiz)
    assert refused.value.code == "not_enrolled"
    group.lesson.is_published = False
    group.lesson.save()
    with pytest.raises(DomainError) as refused:
        start_quiz(user=group.learner, quiz=quiz)
    assert refused.value.code == "lesson_not_available"


def test_an_exercise_of_no_part_and_an_attempt_of_somebody_else_are_refused(group):
    quiz, (exercise,) = make_quiz(group, MC)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    for user, asked in ((group.learner, ExerciseFactory(lesson=group.lesson)), (group.teacher, exercise)):
        with pytest.raises(DomainError) as refused:
            submit_answer(user=user, exercise=asked, answer=RIGHT[MC], quiz_attempt=attempt)
        assert refused.value.code == "not_in_quiz"


def test_a_quiz_takes_none_of_the_exercises_own_attempts(group):
    quiz, (exercise,) = make_quiz(group, MC)
    exercise.max_attempts = 1
    exercise.save()
    alone = submit_answer(user=group.learner, exercise=exercise, answer=WRONG[MC])
    attempt = start_quiz(user=group.learner, quiz=quiz)
    part = start_attempt(user=group.learner, exercise=exercise, quiz_attempt=attempt)
    assert (alone.number, part.number) == (1, 2)
    assert answer(group, attempt, exercise, RIGHT[MC]) == part


def test_a_quiz_takes_as_many_queries_however_long_it_is(group, django_assert_max_num_queries):
    current_snapshot(user=group.learner, course=group.course)  # there since the learner enrolled
    for length in (2, 12):
        quiz, exercises = make_quiz(group, *[MC] * length)
        with django_assert_max_num_queries(22):
            attempt = start_quiz(user=group.learner, quiz=quiz)
        for exercise in exercises:
            answer(group, attempt, exercise, RIGHT[MC])
        with django_assert_max_num_queries(36):
            submit_quiz(quiz_attempt=attempt)


def test_an_attempt_without_a_limit_is_never_overdue(group):
    quiz, _exercises = make_quiz(group, MC)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    QuizAttempt.objects.filter(pk=attempt.pk).update(started_at=timezone.now() - timedelta(days=400))
    assert close_overdue_quizzes() == 0
