"""While a quiz is going on: nothing outside it tells what it asks, and nothing that staff do takes it away."""

import pytest

from config.base.exceptions import DomainError
from config.base.testing import api_client
from courses.models import Exercise, Lesson
from courses.services import unpublish_lesson
from courses.tests.factories import ExerciseFactory, LessonFactory, QuizFactory, QuizItemFactory
from learning.models import ExerciseAttempt
from learning.services import start_quiz, submit_answer, submit_quiz

from .factories import RIGHT, WRONG
from .test_quizzes import let_time_pass
from .working import make_class, make_quiz

pytestmark = pytest.mark.django_db
MC = "MULTIPLE_CHOICE"


@pytest.fixture
def group():
    return make_class()


def alone(group, exercise):
    return submit_answer(user=group.learner, exercise=exercise, answer=RIGHT[MC])


def test_what_an_open_quiz_asks_is_not_answered_beside_it(group):
    quiz, (exercise,) = make_quiz(group, MC)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    with pytest.raises(DomainError) as refused:
        alone(group, exercise)
    assert refused.value.code == "quiz_open"
    assert str(quiz) in str(refused.value)
    assert alone(group, ExerciseFactory(lesson=group.lesson)).submitted_at
    submit_quiz(quiz_attempt=attempt)
    assert alone(group, exercise).number == 2


def test_what_an_open_quiz_asks_is_not_asked_by_another(group):
    quiz, (exercise,) = make_quiz(group, MC)
    other, _exercises = make_quiz(group, MC)
    QuizItemFactory(quiz=other, exercise=exercise)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    with pytest.raises(DomainError) as refused:
        start_quiz(user=group.learner, quiz=other)
    assert refused.value.code == "quiz_open"
    submit_quiz(quiz_attempt=attempt)
    assert start_quiz(user=group.learner, quiz=other).number == 1


def test_a_quiz_whose_time_is_up_holds_nothing_back(group):
    quiz, (exercise,) = make_quiz(group, MC, time_limit_minutes=10)
    let_time_pass(start_quiz(user=group.learner, quiz=quiz), 11)
    assert alone(group, exercise).submitted_at


def test_what_was_begun_is_answered_though_staff_take_it_back(group):
    elsewhere = LessonFactory(course=group.course, is_published=True)
    quiz = QuizFactory(lesson=None, course=group.course)
    withdrawn, deleted = ExerciseFactory(lesson=elsewhere), ExerciseFactory(lesson=group.lesson)
    for exercise in (withdrawn, deleted):
        QuizItemFactory(quiz=quiz, exercise=exercise)
    attempt = start_quiz(user=group.learner, quiz=quiz)
    unpublish_lesson(lesson=Lesson.objects.get(pk=elsewhere.pk))
    Exercise.objects.get(pk=deleted.pk).delete()
    client, body = api_client(group.learner), {"answer": RIGHT[MC], "quiz_attempt": attempt.pk}
    for exercise in (withdrawn, deleted):
        url = f"/api/v1/me/exercises/{exercise.pk}"
        assert client.post(f"{url}/answer/", body, format="json").status_code == 200
        assert client.get(f"{url}/").status_code == 404
        assert client.post(f"{url}/answer/", {"answer": WRONG[MC]}, format="json").status_code == 409
    answered = ExerciseAttempt.objects.filter(quiz_attempt=attempt, answer=RIGHT[MC])
    assert answered.count() == 2
    submit_quiz(quiz_attempt=attempt)
    for exercise in (withdrawn, deleted):
        url = f"/api/v1/me/exercises/{exercise.pk}/answer/"
        assert client.post(url, body, format="json").status_code == 404
