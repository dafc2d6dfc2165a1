"""The rules of one row, said in words by the model and held by the database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from accounts.tests.factories import UserFactory
from config.base.exceptions import DomainError
from config.base.tests.helpers import assert_sound
from courses.tests.factories import CourseFactory, ExerciseFactory, LessonFactory
from learning.models import Grade, VideoProgress

from . import factories as make
from .factories import FIRST_DAY, RIGHT, WRONG

pytestmark = pytest.mark.django_db

LATER = FIRST_DAY + timedelta(hours=1)
EARLIER = FIRST_DAY - timedelta(hours=1)
NONE = {"started_at": None, "completed_at": None}


def write_past_validation(row, values):
    """What only the database refuses: a plain UPDATE."""
    models.QuerySet.update(type(row).objects.filter(pk=row.pk), **values)


BROKEN = [
    (make.EnrollmentFactory, {"status": "COMPLETED"}, "date of completion"),
    (make.EnrollmentFactory, {"completed_at": LATER}, "date of completion"),
    (make.EnrollmentFactory, {"status": "COMPLETED", "completed_at": EARLIER}, "after the enrolment"),
    (make.EnrollmentFactory, {"status": "PAUSED"}, "not a valid choice"),
    (make.ReviewFactory, {"rating": 0}, "greater than or equal to 1"),
    (make.ReviewFactory, {"rating": 6}, "less than or equal to 5"),
    (make.LessonProgressFactory, {"status": "COMPLETED"}, "date of completion"),
    (make.LessonProgressFactory, {"status": "NOT_STARTED"}, "has been started"),
    (make.LessonProgressFactory, {"completed_at": LATER}, "nothing else has one"),
    (make.LessonProgressFactory, {"status": "SKIPPED", "completed_at": LATER}, "nothing else has one"),
    (make.LessonProgressFactory, {"status": "COMPLETED", "completed_at": EARLIER}, "started before"),
    (make.LessonProgressFactory, {"started_at": None}, "has been started"),
    (make.VideoProgressFactory, {"furthest_seconds": 39}, "furthest position"),
    (make.VideoProgressFactory, {"completed": True}, "date of completion"),
    (make.VideoProgressFactory, {"completed_at": LATER}, "date of completion"),
    (make.QuizAttemptFactory, {"number": 0}, "greater than or equal to 1"),
    (make.QuizAttemptFactory, {"pass_percent": 101}, "less than or equal to 100"),
    (make.QuizAttemptFactory, {"submitted_at": EARLIER}, "after it was started"),
    (make.QuizAttemptFactory, {"score": 3, "passed": True}, "that was submitted"),
    (make.QuizAttemptFactory, {"score": 3, "submitted_at": LATER}, "whether it was enough"),
    (
        make.QuizAttemptFactory,
        {"score": -1, "passed": False, "submitted_at": LATER},
        "greater than or equal to 0",
    ),
    (make.ExerciseAttemptFactory, {"number": 0}, "greater than or equal to 1"),
    (make.ExerciseAttemptFactory, {"exercise_revision": 0}, "greater than or equal to 1"),
    (make.ExerciseAttemptFactory, {"max_points": 0}, "greater than or equal to 1"),
    (make.ExerciseAttemptFactory, {"submitted_at": None}, "with its date"),
    (make.ExerciseAttemptFactory, {"status": "IN_PROGRESS"}, "with its date"),
    (make.ExerciseAttemptFactory, {"answer": None}, "no answer to submit"),
    (make.GradeFactory, {"score": -1}, "greater than or equal to 0"),
    (make.GradeFactory, {"score": None}, "neither right nor wrong"),
    (make.ProgressSnapshotFactory, {"completion_percentage": 101}, "less than or equal to 100"),
    (make.ProgressSnapshotFactory, {"lessons_completed": 3}, "more lessons than there are"),
    (make.ProgressSnapshotFactory, {"completion_percentage": 100}, "every lesson is completed"),
    (make.ProgressSnapshotFactory, {"lessons_completed": 2}, "every lesson is completed"),
    (
        make.ProgressSnapshotFactory,
        {"lessons_completed": 0, "lessons_total": 0, "completion_percentage": 100},
        "every lesson is completed",
    ),
    (make.ProgressSnapshotFactory, {"average_score": Decimal("100.01")}, "less than or equal to 100"),
    (make.ConversationFactory, {"status": "CLOSED"}, "date of closing"),
    (make.ConversationFactory, {"closed_at": LATER}, "date of closing"),
    (make.ChatMessageFactory, {"role": "ASSISTANT"}, "has a name"),
    (make.ChatMessageFactory, {"role": "OWNER"}, "not a valid choice"),
]


@pytest.mark.parametrize(
    ("factory", "values", "words"), BROKEN, ids=lambda each: getattr(each, "__name__", None)
)
def test_a_broken_rule_is_said_in_words_and_refused_by_the_database(factory, values, words):
    row = factory()
    for name, value in values.items():
        setattr(row, name, value)
    with pytest.raises(ValidationError) as caught:
        row.full_clean()
    assert words in " ".join(caught.value.messages)
    with pytest.raises(IntegrityError), transaction.atomic():
        write_past_validation(row, values)


@pytest.mark.parametrize(
    ("factory", "values"),
    [
        (make.EnrollmentFactory, {"status": "COMPLETED", "completed_at": LATER}),
        (make.EnrollmentFactory, {"status": "WITHDRAWN"}),
        (make.EnrollmentFactory, {"status": "WITHDRAWN", "completed_at": LATER}),
        (make.LessonProgressFactory, {"status": "NOT_STARTED", **NONE}),
        (make.LessonProgressFactory, {"status": "SKIPPED", **NONE}),
        (make.LessonProgressFactory, {"status": "SKIPPED"}),
        (make.LessonProgressFactory, {"status": "COMPLETED", "completed_at": LATER}),
        (make.QuizAttemptFactory, {"submitted_at": LATER}),
        (make.QuizAttemptFactory, {"submitted_at": LATER, "score": 0, "passed": False}),
        (make.ExerciseAttemptFactory, {"status": "SKIPPED", "submitted_at": None, "answer": None}),
        (make.ExerciseAttemptFactory, {"status": "IN_PROGRESS", "submitted_at": None}),
        (make.GradeFactory, {"score": None, "is_correct": None}),
        (make.GradeFactory, {"score": Decimal("0.50"), "is_correct": None}),
        (make.ProgressSnapshotFactory, {"average_score": None}),
        (make.ProgressSnapshotFactory, {"lessons_completed": 2, "completion_percentage": 100}),
        (
            make.ProgressSnapshotFactory,
            {"lessons_completed": 0, "lessons_total": 0, "completion_percentage": 0},
        ),
        (make.ChatMessageFactory, {"role": "SYSTEM", "author": None}),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_what_is_possible_is_accepted(factory, values):
    factory(**values).full_clean()


@pytest.mark.parametrize("kind", list(RIGHT))
def test_an_answer_fits_the_kind_that_the_exercise_had(kind):
    exercise = ExerciseFactory(kind=kind)
    for answer in (RIGHT[kind], WRONG[kind]):
        make.ExerciseAttemptFactory(exercise=exercise, answer=answer).full_clean()
    for other in set(RIGHT) - {kind}:
        with pytest.raises(ValidationError) as caught:
            make.ExerciseAttemptFactory.build(
                user=UserFactory(), exercise=exercise, answer=RIGHT[other]
            ).full_clean()
        assert set(caught.value.message_dict) == {"answer"}


@pytest.mark.parametrize(
    ("kind", "answer", "words"),
    [
        ("MULTIPLE_CHOICE", {"selected": ["a", "z"]}, "no option has the id z"),
        ("MULTIPLE_CHOICE", {"selected": ["a", "a"]}, "the same entry twice"),
        ("TRUE_FALSE", {"value": "false"}, "must be true or false"),
        ("CODE_COMPLETION", {"blanks": ["x", "y"]}, "there is 1 to fill"),
        ("FREE_FORM", {"text": ""}, "too short"),
        ("FREE_FORM", {"text": "x", "score": 3}, "the key score is unknown"),
    ],
)
def test_an_answer_that_does_not_fit_names_what_is_wrong(kind, answer, words):
    attempt = make.ExerciseAttemptFactory(exercise=ExerciseFactory(kind=kind))
    attempt.answer = answer
    with pytest.raises(ValidationError) as caught:
        attempt.full_clean()
    assert words in " ".join(caught.value.message_dict["answer"])


def test_nothing_ticked_is_an_answer_too():
    make.ExerciseAttemptFactory(answer={"selected": []}).full_clean()


def test_an_attempt_remembers_the_exercise_as_it_was():
    exercise = ExerciseFactory()
    attempt = make.ExerciseAttemptFactory(exercise=exercise)
    exercise.prompt, exercise.answer, exercise.points = "Another question?", {"correct": ["a"]}, 9
    exercise.save()
    attempt.refresh_from_db()
    assert (attempt.exercise_revision, exercise.revision) == (1, 2)
    assert attempt.snapshot_prompt != exercise.prompt
    assert (attempt.snapshot_key, attempt.max_points) == ({"correct": ["b"]}, 2)
    attempt.full_clean()


def test_a_copied_key_that_names_no_copied_option_is_refused():
    attempt = make.ExerciseAttemptFactory()
    attempt.snapshot_key = {"correct": ["q"]}
    with pytest.raises(ValidationError) as caught:
        attempt.full_clean()
    assert set(caught.value.message_dict) == {"snapshot_key"}


def test_an_attempt_belongs_to_a_quiz_attempt_of_the_same_learner():
    attempt = make.ExerciseAttemptFactory()
    attempt.quiz_attempt = make.QuizAttemptFactory()
    with pytest.raises(ValidationError, match="another learner"):
        attempt.full_clean()
    attempt.quiz_attempt = make.QuizAttemptFactory(user=attempt.user)
    attempt.full_clean()


def test_a_grade_is_a_fact():
    grade = make.GradeFactory()
    grade.score = 2
    with pytest.raises(DomainError) as caught, transaction.atomic():
        grade.save()
    assert caught.value.code == "append_only"
    with pytest.raises(DomainError):
        Grade.objects.update(score=2)
    assert Grade.objects.get().score == 0


def test_a_manual_grade_has_a_grader_whom_it_outlives():
    attempt, teacher = make.ExerciseAttemptFactory(), UserFactory()
    grade = make.GradeFactory.build(attempt=attempt, source="MANUAL")
    with pytest.raises(ValidationError, match="has a grader"):
        grade.full_clean()
    grade.grader = teacher
    grade.full_clean()
    grade.save()
    teacher.delete()
    grade.refresh_from_db()
    assert grade.grader_id == teacher.pk
    teacher.purge()
    grade.refresh_from_db()
    assert (grade.grader_id, grade.source) == (None, "MANUAL")
    assert_sound(Grade)


def test_an_automatic_grade_has_no_grader():
    grade = make.GradeFactory.build(attempt=make.ExerciseAttemptFactory(), grader=UserFactory())
    with pytest.raises(ValidationError, match="Nobody has given"):
        grade.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        grade.save()


def test_no_grade_is_higher_than_what_the_exercise_was_worth():
    grade = make.GradeFactory.build(attempt=make.ExerciseAttemptFactory(max_points=2), score=Decimal("2.5"))
    with pytest.raises(ValidationError, match="fewer points"):
        grade.full_clean()


def test_the_position_in_a_video_is_a_heartbeat_and_its_completion_a_fact():
    progress = make.VideoProgressFactory()
    VideoProgress.objects.update(position_seconds=100, furthest_seconds=120)
    progress.refresh_from_db()
    assert (progress.position_seconds, progress.version, progress.history.count()) == (100, 1, 1)
    progress.completed, progress.completed_at = True, LATER
    progress.save()
    assert (progress.version, progress.history.count()) == (2, 2)


def test_a_conversation_is_about_one_thing_at_most():
    lesson = LessonFactory()
    make.ConversationFactory(lesson=lesson).full_clean()
    make.ConversationFactory().full_clean()
    both = make.ConversationFactory.build(lesson=lesson, course=lesson.course)
    with pytest.raises(ValidationError, match="one of them at most"):
        both.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        both.save()


def test_a_review_is_by_somebody_enrolled():
    user, course = UserFactory(), CourseFactory()
    review = make.ReviewFactory.build(user=user, course=course)
    with pytest.raises(ValidationError, match="Only somebody enrolled"):
        review.full_clean()
    enrollment = make.EnrollmentFactory(user=user, course=course, status="WITHDRAWN")
    with pytest.raises(ValidationError, match="Only somebody enrolled"):
        review.full_clean()
    enrollment.status = "ACTIVE"
    enrollment.save()
    review.full_clean()


@pytest.mark.parametrize(
    "context",
    [{"lesson": "3"}, {"lesson": 0}, {"excerpt": ""}, {"teacher": 1}, ["exercise"]],
)
def test_the_context_of_a_message_has_a_shape(context):
    message = make.ChatMessageFactory()
    message.context = context
    with pytest.raises(ValidationError) as caught:
        message.full_clean()
    assert set(caught.value.message_dict) == {"context"}


def test_a_message_of_spaces_says_nothing():
    message = make.ChatMessageFactory.build(conversation=make.ConversationFactory(), author=UserFactory())
    message.body = " \n"
    with pytest.raises(ValidationError, match="says something"):
        message.full_clean()
