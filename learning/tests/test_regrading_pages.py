"""The page that shows what a regrade would change, and does it."""

from __future__ import annotations

import pytest

from accounts.tests.factories import UserFactory
from config.base.tests.admin_helpers import form_of, signed_in, text_of
from courses.tests.factories import ExerciseFactory
from learning.models import Grade
from learning.services import submit_answer

from .factories import EnrollmentFactory
from .test_grading_pages import regrade_url
from .working import make_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return signed_in()


@pytest.fixture
def group():
    return make_class()


def test_a_regrade_is_shown_before_it_is_done(boss, group):
    exercise = ExerciseFactory(lesson=group.lesson)
    for ids in ("b", "a"):
        learner = UserFactory()
        EnrollmentFactory(user=learner, course=group.course)
        submit_answer(user=learner, exercise=exercise, answer={"selected": [ids]})
    exercise.answer = {"correct": ["a"]}
    exercise.save()
    page = text_of(boss.get(regrade_url(exercise)))
    assert "1 would rise" in page
    assert "1 would fall" in page
    assert Grade.objects.count() == 2
    seen = form_of(boss.get(regrade_url(exercise)), "regrade")
    page = text_of(boss.post(regrade_url(exercise), {**seen, "only_raise": "1"}, follow=True))
    assert "1 attempt has a new grade." in page
    assert sorted(Grade.objects.values_list("score", flat=True)) == [0, 2, 2]
    boss.post(regrade_url(exercise), seen)
    assert "Nothing would change." in text_of(boss.get(regrade_url(exercise)))


def test_a_regrade_of_another_question_is_refused_with_its_reasons(boss, group):
    exercise = ExerciseFactory(lesson=group.lesson)
    submit_answer(user=group.learner, exercise=exercise, answer={"selected": ["b"]})
    exercise.options = [{"id": each, "text": each} for each in "abd"]
    exercise.save()
    assert "The options were others: a, b, c." in text_of(boss.get(regrade_url(exercise)))
    response = boss.post(regrade_url(exercise), {"seen": exercise.revision})
    assert response.status_code == 409
    assert "The options were others" in response.content.decode()
    assert Grade.objects.count() == 1


def test_nothing_is_graded_by_a_key_that_the_page_did_not_show(boss, group):
    exercise = ExerciseFactory(lesson=group.lesson)
    submit_answer(user=group.learner, exercise=exercise, answer={"selected": ["b"]})
    exercise.answer = {"correct": ["a"]}
    exercise.save()
    seen = form_of(boss.get(regrade_url(exercise)), "regrade")
    exercise.answer = {"correct": ["c"]}
    exercise.save()
    response = boss.post(regrade_url(exercise), seen)
    assert response.status_code == 409
    assert "The exercise has been changed meanwhile." in response.content.decode()
    assert Grade.objects.count() == 1
    assert (
        boss.post(regrade_url(exercise), form_of(boss.get(regrade_url(exercise)), "regrade")).status_code
        == 302
    )
