"""Whatever path changes what counts, the next read is what the rows say."""

from __future__ import annotations

import io
import json

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import transaction

from accounts.tests.factories import UserFactory
from config.base.deletion import soft_delete
from config.base.tests.helpers import dump, load
from courses.models import Course, Exercise, Lesson
from courses.services import publish_lesson, reorder_lessons, unpublish_lesson
from courses.tests.factories import CourseFactory, ExerciseFactory, LessonFactory
from learning.models import ExerciseAttempt, Grade, LessonProgress, ProgressSnapshot
from learning.selectors import current_snapshot, figures, refresh, snapshots
from learning.services import enrol, mark_stale, save_progress

from .factories import FIRST_DAY, ExerciseAttemptFactory, GradeFactory, LessonProgressFactory
from .learners import make_course, make_learner

pytestmark = pytest.mark.django_db


def shown(learner):
    """What the next reader gets, held to the rows."""
    found, wanted = current_snapshot(**learner.who), figures(**learner.who)
    assert found.lessons_completed == wanted.lessons_completed
    assert found.lessons_total == wanted.lessons_total
    assert found.completion_percentage == wanted.percent
    assert found.exercises_attempted == wanted.exercises_attempted
    assert found.average_score == wanted.average_score
    return found.completion_percentage


def test_every_change_of_the_structure_is_seen_by_the_next_reader():
    learner = make_learner(4)
    first, second, third, _fourth = learner.lessons
    save_progress(lesson=first, **learner.who)
    other = CourseFactory()

    def fresh(lesson):
        return Lesson.all_objects.get(pk=lesson.pk)

    lessons = Lesson.objects.filter(course=learner.course)
    steps = {
        "as it is": (lambda: None, 25),
        "add": (lambda: LessonFactory(course=learner.course, is_published=True, position=90), 20),
        "delete": (lambda: fresh(second).delete(), 25),
        "unpublish": (lambda: unpublish_lesson(lesson=fresh(third)), 33),
        "update": (lambda: lessons.filter(position=90).update(is_required=False), 50),
        "move": (lambda: lessons.filter(pk=first.pk).update(course=other), 0),
        "move back": (lambda: Lesson.objects.filter(pk=first.pk).update(course=learner.course), 50),
        "publish": (lambda: publish_lesson(lesson=fresh(third)), 33),
        "restore": (lambda: fresh(second).restore(), 25),
        "reorder": (
            lambda: reorder_lessons(
                course=learner.course, lesson_ids=list(lessons.order_by("-pk").values_list("pk", flat=True))
            ),
            25,
        ),
        "delete what is done": (lambda: soft_delete([fresh(first)]), 0),
        "restore what is done": (lambda: fresh(first).restore(), 25),
        "delete all": (lambda: Course.objects.get(pk=learner.course.pk).delete(), 0),
        "restore all": (lambda: Course.all_objects.get(pk=learner.course.pk).restore(), 25),
    }
    for name, (step, expected) in steps.items():
        step()
        assert shown(learner) == expected, name
    assert LessonProgress.objects.get().status == "COMPLETED"


def test_a_change_of_the_structure_writes_no_learners_row(django_assert_max_num_queries):
    course, lessons = make_course(2)
    for _ in range(5):
        enrol(user=UserFactory(), course=course)
    before = list(ProgressSnapshot.objects.order_by("pk").values())
    with django_assert_max_num_queries(12):
        unpublish_lesson(lesson=lessons[0])
    assert list(ProgressSnapshot.objects.order_by("pk").values()) == before


def test_every_path_that_writes_progress_past_the_services_is_seen_by_the_next_reader(tmp_path):
    learner = make_learner(4)
    user, (first, second, third, _fourth) = learner.user, learner.lessons
    done = {"status": "COMPLETED", "started_at": FIRST_DAY, "completed_at": FIRST_DAY}
    mine = LessonProgress.objects.filter(user=user)
    elsewhere = LessonFactory(is_published=True)
    text = dump(LessonProgressFactory.build(pk=10**6, user=user, lesson=third, **done))
    steps = {
        "save": (lambda: LessonProgressFactory(user=user, lesson=first, **done), 25),
        "bulk_create": (
            lambda: LessonProgress.objects.bulk_create(
                [LessonProgressFactory.build(user=user, lesson=second, **done)]
            ),
            50,
        ),
        "update": (lambda: mine.filter(lesson=second).update(status="SKIPPED", completed_at=None), 25),
        "update back": (lambda: mine.filter(lesson=second).update(**done), 50),
        "delete": (lambda: mine.get(lesson=first).delete(), 25),
        "restore": (lambda: LessonProgress.all_objects.get(lesson=first).restore(), 50),
        "another lesson": (lambda: mine.filter(lesson=first).update(lesson=elsewhere), 25),
        "and back": (lambda: mine.filter(lesson=elsewhere).update(lesson=first), 50),
        "loaddata": (lambda: load(text, tmp_path), 75),
        "queryset.delete": (lambda: mine.delete(), 0),
        "purge": (lambda: LessonProgress.all_objects.filter(user=user).purge(), 0),
        "nobody's": (lambda: LessonProgressFactory(lesson=first, **done), 0),
    }
    for name, (step, expected) in steps.items():
        assert shown(learner) is not None
        step()
        assert shown(learner) == expected, name


def test_grades_and_attempts_are_seen_by_the_next_reader():
    learner = make_learner(2)
    exercise = ExerciseFactory(lesson=learner.lessons[0], points=4)
    shown(learner)
    attempt = ExerciseAttemptFactory(user=learner.user, exercise=exercise)
    shown(learner)
    for score in (1, 3):
        grade = GradeFactory(attempt=attempt, score=score, is_correct=None)
        shown(learner)
    for row in (grade, attempt, exercise):
        row.delete()
        shown(learner)
        type(row).all_objects.get(pk=row.pk).restore()
        shown(learner)
    Exercise.objects.filter(pk=exercise.pk).update(lesson=LessonFactory())
    shown(learner)
    assert ProgressSnapshot.objects.get().average_score is None
    Exercise.objects.filter(pk=exercise.pk).update(lesson=learner.lessons[1])
    shown(learner)
    assert ProgressSnapshot.objects.get().average_score == 75
    assert (ExerciseAttempt.objects.count(), Grade.objects.count()) == (1, 2)


def test_a_learner_in_the_trash_comes_back_with_the_exact_percent():
    learner = make_learner(3)
    save_progress(lesson=learner.lessons[0], **learner.who)
    learner.user.delete()
    unpublish_lesson(lesson=learner.lessons[1])
    get_user_model().all_objects.get(pk=learner.user.pk).restore()
    assert shown(learner) == 50


def test_loaded_figures_are_checked_before_anybody_reads_them(tmp_path):
    learner = make_learner(4)
    save_progress(lesson=learner.lessons[0], **learner.who)
    snapshot = ProgressSnapshot.objects.get()
    snapshot.lessons_completed, snapshot.completion_percentage = 3, 75
    text = dump(snapshot)
    ProgressSnapshot.all_objects.all().purge()
    load(text, tmp_path)
    assert ProgressSnapshot.objects.get().completion_percentage == 75
    assert shown(learner) == 25


def test_what_is_up_to_date_is_not_computed_again(django_assert_num_queries):
    learner = make_learner(4)
    with django_assert_num_queries(2):
        current_snapshot(**learner.who)
    mark_stale(**learner.who)
    shown(learner)
    with django_assert_num_queries(2):
        current_snapshot(**learner.who)


def test_whoever_never_enrolled_has_figures_that_are_not_stored():
    course, lessons = make_course(2)
    user = UserFactory()
    LessonProgressFactory(
        user=user, lesson=lessons[0], status="COMPLETED", completed_at=FIRST_DAY, started_at=FIRST_DAY
    )
    assert current_snapshot(user=user, course=course).completion_percentage == 50
    assert not ProgressSnapshot.objects.exists()


def test_the_version_is_read_before_anything_is_counted(monkeypatch):
    learner = make_learner(4)
    counted = snapshots.counted

    def meanwhile(user, course):
        found = counted(user, course)
        LessonFactory(course=learner.course, is_published=True)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "counted", meanwhile)
        refresh(ProgressSnapshot.objects.get())
    stored = ProgressSnapshot.objects.get()
    assert stored.lessons_total == 4
    assert shown(learner) == 0
    assert ProgressSnapshot.objects.get().lessons_total == 5


def check(*options):
    out, code = io.StringIO(), 0
    try:
        call_command("check_progress", *options, stdout=out)
    except SystemExit as error:
        code = error.code
    return code, out.getvalue()


def test_the_check_names_what_drifted_and_mends_it():
    learner = make_learner(4)
    save_progress(lesson=learner.lessons[0], **learner.who)
    make_learner(2)
    assert check() == (0, "check_progress: no difference.\n")
    drifted = ProgressSnapshot.objects.filter(user=learner.user)
    drifted.update(lessons_completed=3, completion_percentage=75, average_score=12)
    code, out = check("--json")
    assert code == 1
    assert json.loads(out) == {
        "ok": False,
        "differences": [
            {
                "object": f"learning_progresssnapshot.{column}",
                "kind": "stored figure is wrong",
                "expected": f"{expected} for {learner.user} in {learner.course.slug}",
                "found": found,
            }
            for column, expected, found in (
                ("lessons_completed", 1, "3"),
                ("completion_percentage", 25, "75"),
                ("average_score", None, "12.00"),
            )
        ],
    }
    code, out = check("--fix")
    assert (code, out.count("mended")) == (0, 3)
    assert check()[0] == 0
    assert drifted.get().completion_percentage == 25


def test_what_is_known_to_be_out_of_date_is_no_drift():
    learner = make_learner(4)
    save_progress(lesson=learner.lessons[0], **learner.who)
    unpublish_lesson(lesson=learner.lessons[1])
    assert check()[0] == 0
    assert shown(learner) == 33


def test_the_benchmark_measures_and_leaves_nothing(monkeypatch):
    monkeypatch.setattr("learning.benchmarks.progress.ROUNDS", 1)
    out = io.StringIO()
    with transaction.atomic():
        call_command("benchmark", "learning", "--scale", "0.002", "--json", stdout=out)
    results = json.loads(out.getvalue())["results"]
    assert len(results) == 9
    queries = {each["name"].split(",")[0]: each["queries"] for each in results}
    assert (queries["outline"], queries["class report"]) == (4, 3)
    assert not any(model._base_manager.exists() for model in (Course, LessonProgress, get_user_model()))
