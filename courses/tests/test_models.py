"""What each model accepts, refuses and keeps true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.tests.factories import UserFactory
from config.base.exceptions import DomainError
from config.base.values import Money
from courses import models
from courses.services import publish_course, publish_lesson

from . import factories as make

pytestmark = pytest.mark.django_db

EVERY = [getattr(make, f"{name}Factory") for name in models.__all__]


@pytest.mark.parametrize("factory", EVERY, ids=lambda each: each.__name__)
def test_what_a_factory_builds_is_valid(factory):
    factory().full_clean()


@pytest.mark.parametrize("factory", EVERY, ids=lambda each: each.__name__)
def test_a_natural_key_finds_its_row(factory):
    row = factory()
    assert type(row).objects.get_by_natural_key(*row.natural_key()) == row


@pytest.mark.parametrize("kind", models.Exercise.Kind.values)
def test_each_kind_of_exercise_is_valid(kind):
    make.ExerciseFactory(kind=kind).full_clean()


@pytest.mark.parametrize(
    ("kind", "answer", "words"),
    [
        ("MULTIPLE_CHOICE", {"correct": ["z"]}, "no option has the id z"),
        ("MULTIPLE_CHOICE", {"correct": []}, "correct"),
        ("MULTIPLE_CHOICE", {"correct": ["a", "a"]}, "correct: holds the same entry twice"),
        ("MULTIPLE_CHOICE", {"correct": True}, "correct: must be a list"),
        ("TRUE_FALSE", {"correct": "false"}, "correct: must be"),
        ("TRUE_FALSE", {"correct": ["a"]}, "correct: must be true or false"),
        ("CODE_COMPLETION", {"blanks": [{"accepted": []}]}, "blanks[0].accepted"),
        ("CODE_COMPLETION", {"correct": True}, "blanks"),
        ("FREE_FORM", {"rubric": "Three reasons."}, "sample"),
        ("FREE_FORM", {"sample": "x", "score": 3}, "score"),
    ],
)
def test_an_answer_that_does_not_fit_its_kind_is_refused_by_key(kind, answer, words):
    exercise = make.ExerciseFactory.build(lesson=make.LessonFactory(), kind=kind, answer=answer)
    with pytest.raises(ValidationError) as error:
        exercise.full_clean()
    assert set(error.value.message_dict) == {"answer"}
    assert words in " ".join(error.value.message_dict["answer"])


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("TRUE_FALSE", [{"id": "a", "text": "yes"}]),
        ("MULTIPLE_CHOICE", [{"id": "b", "text": "only one"}]),
        ("MULTIPLE_CHOICE", [{"id": "b", "text": "one"}, {"id": "b", "text": "two"}]),
        ("MULTIPLE_CHOICE", [{"id": "b"}, {"id": "c", "text": "two"}]),
    ],
)
def test_options_stand_only_where_the_kind_has_them(kind, options):
    exercise = make.ExerciseFactory.build(lesson=make.LessonFactory(), kind=kind, options=options)
    with pytest.raises(ValidationError) as error:
        exercise.full_clean()
    assert "options" in error.value.message_dict


def test_the_revision_rises_with_what_is_graded_and_never_falls():
    exercise = make.ExerciseFactory()
    exercise.explanation = "Slower this time."
    exercise.save()
    assert exercise.revision == 1
    exercise.points = 5
    exercise.save(update_fields=["points"])
    exercise.answer = {"correct": ["a", "b"]}
    exercise.save()
    exercise.refresh_from_db()
    assert exercise.revision == 3
    models.Exercise.objects.filter(pk=exercise.pk).update(prompt="Another question")
    exercise.refresh_from_db()
    exercise.revision = 1
    exercise.save()
    exercise.refresh_from_db()
    assert exercise.revision == 4


def test_a_part_without_a_position_comes_last_and_leaves_the_place_of_a_deleted_one():
    course = make.CourseFactory()
    first, second = (make.LessonFactory(course=course, position=None) for _ in range(2))
    second.delete()
    third = make.LessonFactory(course=course, position=None)
    assert [first.position, third.position] == [1, 3]
    second.restore()
    assert [each.pk for each in course.lessons.in_order()] == [first.pk, second.pk, third.pk]


def test_a_published_course_needs_a_date_in_the_database():
    course = make.CourseFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Course.objects.filter(pk=course.pk).update(status="PUBLISHED")


def test_a_published_course_without_a_published_lesson_is_not_valid():
    course = make.CourseFactory(status="PUBLISHED", published_at=make.FIRST_SESSION)
    with pytest.raises(ValidationError, match="at least one published lesson"):
        course.full_clean()


def test_deleting_unpublishes_and_restoring_puts_it_back():
    lesson = publish_lesson(lesson=make.LessonFactory())
    other = make.LessonFactory(course=lesson.course)
    course = publish_course(course=lesson.course)
    course.delete()
    stored = models.Course.all_objects.get(pk=course.pk)
    assert stored.status == "DRAFT"
    assert not models.Lesson.all_objects.get(pk=lesson.pk).is_published
    stored.restore()
    assert models.Course.objects.get(pk=course.pk).status == "PUBLISHED"
    assert models.Lesson.objects.get(pk=lesson.pk).is_published
    assert not models.Lesson.objects.get(pk=other.pk).is_published


def test_a_course_outlives_its_instructor_and_a_subject_in_use_stays():
    instructor = UserFactory()
    course = make.CourseFactory(instructor=instructor, price_amount="12.50")
    instructor.delete()
    course.refresh_from_db()
    assert course.instructor_id == instructor.pk
    assert course.price == Money("12.50", "EUR")
    with pytest.raises(ProtectedError):
        course.subject.delete()


def test_a_quiz_belongs_to_a_lesson_or_to_a_course():
    lesson = make.LessonFactory()
    for parents in ({}, {"lesson": lesson, "course": lesson.course}):
        with pytest.raises(ValidationError):
            make.QuizFactory.build(**{"lesson": None, "course": None, **parents}).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        make.QuizFactory(lesson=lesson, course=lesson.course)


def test_a_quiz_takes_only_exercises_of_its_course():
    item = make.QuizItemFactory.build(quiz=make.QuizFactory(), exercise=make.ExerciseFactory(), position=1)
    with pytest.raises(ValidationError, match="another course"):
        item.full_clean()


def test_prerequisites_are_of_the_same_course_and_never_circular():
    course = make.CourseFactory()
    a, b, c = (make.LessonFactory(course=course) for _ in range(3))
    b.prerequisites.add(a)
    c.prerequisites.add(b)
    for link in (
        lambda: a.prerequisites.add(c),
        lambda: a.prerequisites.add(a),
        lambda: c.dependents.add(a),
        lambda: a.prerequisites.add(make.LessonFactory()),
    ):
        with pytest.raises(DomainError) as error, transaction.atomic():
            link()
        assert error.value.code == "prerequisites"
    assert list(a.prerequisites.all()) == []
    b.course = make.CourseFactory()
    with pytest.raises(ValidationError):
        b.full_clean()


def test_an_individual_session_has_one_seat():
    session = make.TutoringSessionFactory.build(
        teacher=make.TeacherProfileFactory(), formula=make.FormulaFactory(kind="INDIVIDUAL"), capacity=2
    )
    with pytest.raises(ValidationError, match="one seat"):
        session.full_clean()
    session.capacity = 1
    session.save()
    group = make.TutoringSessionFactory(capacity=3).formula
    group.kind = "INDIVIDUAL"
    with pytest.raises(ValidationError, match="several seats"):
        group.full_clean()


def test_a_session_with_bookings_is_kept_and_a_booking_outlives_its_student():
    booking = make.BookingFactory()
    with pytest.raises(ProtectedError):
        booking.session.delete()
    booking.student.delete()
    assert models.Booking.objects.filter(pk=booking.pk).exists()
    with pytest.raises(ProtectedError):
        booking.student.purge()


def test_a_session_ends_after_it_starts():
    session = make.TutoringSessionFactory()
    session.ends_at = session.starts_at - timedelta(minutes=1)
    with pytest.raises(ValidationError, match="ends after it starts"):
        session.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        session.save()


def test_sessions_are_called_by_the_time_that_people_read():
    begins = datetime(2030, 1, 9, 16, tzinfo=UTC)
    session = make.TutoringSessionFactory.build(starts_at=begins)
    with timezone.override("Europe/Paris"):
        assert str(session).endswith("2030-01-09 17:00")
        assert str(make.BookingFactory.build(starts_at=begins)).endswith("2030-01-09 17:00")
