"""Submitting answers: what attempts remember, and how many there are."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from accounts.tests.factories import UserFactory
from config.base.exceptions import DomainError
from config.base.tests.helpers import assert_sound
from courses.tests.factories import ExerciseFactory, LessonFactory
from learning.models import Enrollment, ExerciseAttempt, Grade
from learning.services import (
    current_snapshot,
    grade_attempt,
    regrade,
    save_progress,
    start_attempt,
    submit_answer,
)

from .factories import RIGHT, WRONG
from .working import make_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make_class()


def exercise_of(group, kind="MULTIPLE_CHOICE", **values):
    return ExerciseFactory(lesson=group.lesson, kind=kind, **values)


def submit(group, exercise, answer):
    return submit_answer(user=group.learner, exercise=exercise, answer=answer)


def score_of(attempt):
    return ExerciseAttempt.objects.with_current_grade().get(pk=attempt.pk).current_score


@pytest.mark.parametrize("kind", ["MULTIPLE_CHOICE", "TRUE_FALSE", "CODE_COMPLETION"])
def test_an_answer_is_graded_at_once(group, kind):
    exercise = exercise_of(group, kind)
    wrong, right = submit(group, exercise, WRONG[kind]), submit(group, exercise, RIGHT[kind])
    assert (wrong.number, right.number) == (1, 2)
    assert (score_of(wrong), score_of(right)) == (Decimal(0), Decimal(2))
    grade = right.grades.get()
    assert (grade.source, grade.is_correct, grade.grader) == (Grade.Source.AUTO, True, None)
    assert right.status == ExerciseAttempt.Status.COMPLETED
    assert_sound(ExerciseAttempt, Grade)


def test_a_free_form_has_no_grade_until_somebody_reads_it(group):
    attempt = submit(group, exercise_of(group, "FREE_FORM"), {"text": "Because."})
    assert not attempt.grades.exists()
    assert attempt in ExerciseAttempt.objects.ungraded()


def test_what_no_key_can_decide_waits_with_an_empty_grade(group):
    key = {"blanks": [{"accepted": ["ok"], "pattern": "(a|aa)+"}]}
    attempt = submit(group, exercise_of(group, "CODE_COMPLETION", answer=key), {"blanks": ["a" * 40 + "b"]})
    assert (attempt.grades.get().score, attempt.grades.get().is_correct) == (None, None)
    assert attempt in ExerciseAttempt.objects.ungraded()


def test_an_attempt_remembers_the_exercise_as_it_was(group):
    exercise = exercise_of(group)
    attempt = submit(group, exercise, RIGHT["MULTIPLE_CHOICE"])
    before = exercise.prompt
    exercise.prompt, exercise.answer, exercise.points = "Another?", {"correct": ["c"]}, 5
    exercise.save()
    attempt.refresh_from_db()
    assert (attempt.exercise_revision, attempt.snapshot_prompt, attempt.max_points) == (1, before, 2)
    assert attempt.snapshot_key == {"correct": ["b"]}
    assert [option["id"] for option in attempt.snapshot_options] == ["a", "b", "c"]
    assert score_of(attempt) == 2


def test_saying_the_same_again_costs_no_attempt(group):
    exercise = exercise_of(group, answer={"correct": ["a", "b"]}, max_attempts=1)
    first = submit(group, exercise, {"selected": ["a", "b"]})
    assert submit(group, exercise, {"selected": ["b", "a"]}) == first
    assert ExerciseAttempt.objects.count() == Grade.objects.count() == 1
    text = exercise_of(group, "FREE_FORM", max_attempts=1)
    once = submit(group, text, {"text": "Café\nnoir"})
    assert submit(group, text, {"text": "Cafe\u0301 \r\nnoir\n"}) == once


def test_only_the_latest_answer_is_the_same_again(group):
    exercise = exercise_of(group)
    answers = [{"selected": ["a"]}, {"selected": ["b"]}, {"selected": ["a"]}]
    assert [submit(group, exercise, answer).number for answer in answers] == [1, 2, 3]


def test_the_same_answer_to_another_revision_is_another_attempt(group):
    exercise = exercise_of(group)
    submit(group, exercise, {"selected": ["b"]})
    exercise.answer = {"correct": ["a"]}
    exercise.save()
    second = submit(group, exercise, {"selected": ["b"]})
    assert (second.number, second.exercise_revision, score_of(second)) == (2, 2, 0)


def test_no_more_attempts_than_allowed(group):
    exercise = exercise_of(group, max_attempts=2)
    submit(group, exercise, {"selected": ["a"]})
    submit(group, exercise, {"selected": ["b"]})
    with pytest.raises(DomainError) as refused:
        submit(group, exercise, {"selected": ["c"]})
    assert refused.value.code == "no_attempts_left"
    assert ExerciseAttempt.objects.count() == 2


def test_beginning_twice_is_once_and_submitting_ends_it(group):
    exercise = exercise_of(group, max_attempts=1)
    begun = start_attempt(user=group.learner, exercise=exercise)
    assert start_attempt(user=group.learner, exercise=exercise) == begun
    assert (begun.status, begun.answer) == (ExerciseAttempt.Status.IN_PROGRESS, None)
    assert submit(group, exercise, {"selected": ["b"]}) == begun
    with pytest.raises(DomainError) as refused:
        start_attempt(user=group.learner, exercise=exercise)
    assert refused.value.code == "no_attempts_left"


def test_an_attempt_begun_is_graded_as_it_was_begun_and_begun_anew_as_it_is_then(group):
    exercise = exercise_of(group)
    start_attempt(user=group.learner, exercise=exercise)
    exercise.answer = {"correct": ["a"]}
    exercise.save()
    assert score_of(submit(group, exercise, {"selected": ["b"]})) == 2
    start_attempt(user=group.learner, exercise=exercise)
    exercise.answer = {"correct": ["c"]}
    exercise.save()
    again = start_attempt(user=group.learner, exercise=exercise)
    assert (again.number, again.exercise_revision) == (2, 3)
    assert score_of(submit(group, exercise, {"selected": ["c"]})) == 2


def test_an_answer_that_does_not_fit_is_refused_and_nothing_is_written(group):
    exercise = exercise_of(group)
    with pytest.raises(ValidationError) as refused:
        submit(group, exercise, {"selected": ["z"]})
    assert list(refused.value.message_dict) == ["answer"]
    assert not ExerciseAttempt.all_objects.exists()


def test_only_the_enrolled_work(group):
    exercise = exercise_of(group)
    group.learner = UserFactory()
    for act in (
        lambda: submit(group, exercise, {"selected": ["b"]}),
        lambda: start_attempt(user=group.learner, exercise=exercise),
    ):
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.code == "not_enrolled"


def test_who_has_withdrawn_works_no_more(group):
    group.enrollment.status = Enrollment.Status.WITHDRAWN
    group.enrollment.save()
    with pytest.raises(DomainError) as refused:
        submit(group, exercise_of(group), {"selected": ["b"]})
    assert refused.value.code == "not_enrolled"


@pytest.mark.parametrize("shut", ["unpublished", "lesson deleted", "exercise deleted", "draft"])
def test_what_is_not_published_or_in_the_trash_is_not_answered(group, shut):
    exercise = exercise_of(group)
    if shut == "unpublished":
        group.lesson.is_published = False
        group.lesson.save()
    elif shut == "draft":
        type(group.course).objects.filter(pk=group.course.pk).update(status="DRAFT")
    else:
        (group.lesson if shut == "lesson deleted" else exercise).delete()
    with pytest.raises(DomainError) as refused:
        submit(group, exercise, {"selected": ["b"]})
    assert refused.value.code == "lesson_not_available"
    assert not ExerciseAttempt.all_objects.exists()


def test_numbers_go_on_after_attempts_in_the_trash(group):
    exercise = exercise_of(group)
    first = submit(group, exercise, {"selected": ["a"]})
    first.delete()
    assert submit(group, exercise, {"selected": ["b"]}).number == 2
    first.restore()
    assert sorted(ExerciseAttempt.objects.values_list("number", flat=True)) == [1, 2]


def test_answering_takes_as_many_queries_however_many_attempts_there_were(
    group, django_assert_max_num_queries
):
    exercise = exercise_of(group)
    for number in range(6):
        submit(group, exercise, {"selected": ["ab"[number % 2]]})
    with django_assert_max_num_queries(34):
        submit(group, exercise, {"selected": ["c"]})


def test_a_lesson_whose_turn_has_not_come_is_not_answered(group):
    before = LessonFactory(course=group.course, is_published=True, title="Values")
    group.lesson.prerequisites.add(before)
    exercise = exercise_of(group)
    with pytest.raises(DomainError) as refused:
        submit(group, exercise, {"selected": ["b"]})
    assert refused.value.code == "prerequisite_missing"
    assert "Values" in str(refused.value)
    save_progress(user=group.learner, course=group.course, lesson=before)
    assert submit(group, exercise, {"selected": ["b"]}).number == 1


def test_answers_and_grades_are_in_the_figures_at_once(group):
    wrong, right, text = (exercise_of(group), exercise_of(group), exercise_of(group, "FREE_FORM"))
    submit(group, wrong, {"selected": ["a"]})
    submit(group, right, {"selected": ["b"]})
    written = submit(group, text, {"text": "Because."})
    snapshot = current_snapshot(user=group.learner, course=group.course)
    assert (snapshot.exercises_attempted, snapshot.average_score) == (3, 50)
    assert snapshot.last_activity_at is not None
    grade_attempt(attempt=written, grader=group.teacher, score=0)
    assert current_snapshot(user=group.learner, course=group.course).average_score == Decimal("33.33")
    wrong.answer = {"correct": ["a"]}
    wrong.save()
    regrade(exercise=wrong, grader=group.teacher)
    assert current_snapshot(user=group.learner, course=group.course).average_score == Decimal("66.67")
