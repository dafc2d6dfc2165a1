"""Invariants 6, 7, 8 and 11: one deletion is one batch, restore is exact, links survive, the alive are what is seen."""

from __future__ import annotations

import pytest
from django.db import connection, models, transaction
from django.db.models import Count, ProtectedError
from django.test.utils import CaptureQueriesContext, isolate_apps

from config.base import checks, introspection
from config.base.deletion import KEEP, preview, purge, restore, soft_delete
from config.base.exceptions import DomainError, RestoreConflict
from config.base.introspection import kernel_models
from config.base.models import BaseModel
from config.base.querysets import alive_count, now_ms

from .helpers import assert_sound, make, model_of

EVERY_MODEL = pytest.mark.parametrize("model", kernel_models(), ids=lambda model: model._meta.label)

pytestmark = pytest.mark.django_db


def tree(lessons: int = 3, exercises: int = 2) -> object:
    """A course with its lessons and exercises, made in bulk."""
    course = make("courses.Course")
    Lesson, Exercise = model_of("courses.Lesson"), model_of("courses.Exercise")
    made = Lesson.objects.bulk_create(
        Lesson(course=course, title=f"L{n}", slug=f"l{n}", position=n + 1) for n in range(lessons)
    )
    pattern = make("courses.Exercise", lesson=make("courses.Lesson"))
    rows = []
    for lesson in made:
        for number in range(exercises):
            row = Exercise.objects.get(pk=pattern.pk) if not rows else Exercise(**_own(rows[0]))
            row.pk, row.lesson, row.position = None, lesson, number + 1
            rows.append(row)
    Exercise.objects.bulk_create(rows)
    return course


def _own(row: models.Model) -> dict[str, object]:
    skipped = {"id", "created_at", "updated_at", "created_by", "updated_by", "version", "lesson", "position"}
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name not in skipped}


def test_invariant_6_delete_takes_exactly_the_alive_closure_as_one_batch():
    course, bystander = tree(), tree()
    Lesson, Exercise = model_of("courses.Lesson"), model_of("courses.Exercise")
    earlier = Lesson.objects.filter(course=course).first()
    before = soft_delete([earlier])
    deletion = soft_delete([course])
    assert deletion.counts == {"courses.Course": 1, "courses.Lesson": 2, "courses.Exercise": 4}
    for model, number in ((type(course), 1), (Lesson, 2), (Exercise, 4)):
        assert model.all_objects.filter(deletion_id=deletion.id).count() == number
    assert Lesson.all_objects.get(pk=earlier.pk).deletion_id == before.id
    assert Lesson.objects.filter(course=bystander).count() == 3
    assert_sound()


def test_invariant_6_the_number_of_queries_does_not_grow_with_the_rows():
    counts = []
    for lessons, exercises in ((2, 1), (50, 20)):
        course = tree(lessons, exercises)
        with CaptureQueriesContext(connection) as deleting:
            total, _by_model = course.delete()
        assert total == 1 + lessons + lessons * exercises
        with CaptureQueriesContext(connection) as restoring:
            course.restore()
        counts.append((len(deleting), len(restoring)))
    small, large = counts
    assert small == large
    assert max(large) <= 20, "the bar for 1,051 rows of three models"


@EVERY_MODEL
def test_invariant_7_restore_brings_every_row_of_the_batch_back_and_nothing_else(model):
    obj = make(model)
    published = {name: getattr(obj, name) for name in model.restored_values}
    obj.delete()
    assert not model.objects.filter(pk=obj.pk).exists()
    deletion = obj.restore()
    assert deletion.counts[model._meta.label] == 1
    fresh = model.objects.get(pk=obj.pk)
    assert (fresh.is_deleted, fresh.deleted_at, fresh.deletion_id) == (False, None, None)
    assert {name: getattr(fresh, name) for name in model.restored_values} == published


def test_invariant_7_a_batch_leaves_earlier_deletions_where_they_are():
    course = tree()
    Lesson = model_of("courses.Lesson")
    earlier = Lesson.objects.filter(course=course).first()
    earlier.delete()
    course.delete()
    course.restore()
    assert set(Lesson.all_objects.dead()) == {earlier}
    assert_sound()


def test_invariant_7_a_row_that_fell_with_its_parent_names_the_parent():
    course = tree()
    lesson = course.lessons.first()
    course.delete()
    fallen = type(lesson).all_objects.get(pk=lesson.pk)
    with pytest.raises(RestoreConflict) as caught:
        fallen.restore()
    (conflict,) = caught.value.conflicts
    assert conflict.field == "course"
    assert str(course) in conflict.message
    assert type(lesson).all_objects.get(pk=lesson.pk).is_deleted


def test_invariant_7_every_conflict_is_listed_and_nothing_changes():
    course = tree(lessons=2, exercises=1)
    Lesson = model_of("courses.Lesson")
    first, second = course.lessons.order_by("position")
    batch = soft_delete([first, second])
    for number, lesson in enumerate((first, second)):
        Lesson(course=course, title="Taken", slug=lesson.slug, position=50 + number).save()
    with pytest.raises(RestoreConflict) as caught:
        restore(batch.id)
    assert {(c.label, c.pk) for c in caught.value.conflicts} == {
        ("courses.Lesson", first.pk),
        ("courses.Lesson", second.pk),
    }
    assert Lesson.all_objects.filter(deletion_id=batch.id).count() == 2
    course.subject.refresh_from_db()
    assert_sound()


def test_invariant_7_a_batch_whose_outside_parent_died_does_not_come_back():
    course, subject = tree(), make("courses.Subject")
    course.subject = subject
    course.save()
    batch = soft_delete([course])
    subject.delete()
    with pytest.raises(RestoreConflict) as caught:
        restore(batch.id)
    assert [conflict.field for conflict in caught.value.conflicts] == ["subject"]
    with pytest.raises(DomainError, match=r"trash|corbeille"):
        make("courses.Subject").restore()


def test_invariant_8_nullable_links_survive_deletion_and_are_nulled_by_purge_only():
    teacher = make("accounts.User")
    course = make("courses.Course", instructor=teacher)
    teacher.delete()
    course.refresh_from_db()
    assert course.instructor == teacher
    assert course.instructor.is_deleted
    teacher.restore()
    assert not type(teacher).objects.get(pk=teacher.pk).is_active, "a restored user stays inactive"
    teacher.purge()
    course.refresh_from_db()
    assert course.instructor is None


def test_invariant_8_only_alive_rows_protect():
    course = make("courses.Course")
    subject = course.subject
    with pytest.raises(ProtectedError) as caught:
        subject.delete()
    assert caught.value.protected_objects == {course}
    course.delete()
    subject.delete()
    assert type(subject).all_objects.get(pk=subject.pk).is_deleted


def test_invariant_8_the_preview_is_what_delete_takes():
    course = tree()
    seen = preview([course])
    deletion = soft_delete([course])
    assert {model._meta.label: number for model, number in seen.counts.items()} == deletion.counts
    for model, objects in seen.objects.items():
        assert {obj.pk for obj in objects} == set(
            model.all_objects.filter(deletion_id=deletion.id).values_list("pk", flat=True)
        )


def test_many_to_many_links_come_back_with_a_restored_row():
    subject, teacher = make("courses.Subject"), make("accounts.TeacherProfile")
    subject.teachers.add(teacher)
    teacher.delete()
    assert list(subject.teachers.all()) == []
    teacher.restore()
    assert list(subject.teachers.all()) == [teacher]


@pytest.fixture
def kept_items(monkeypatch):
    """Quiz items point at their exercise by KEEP, for one test."""
    link = model_of("courses.QuizItem")._meta.get_field("exercise").remote_field
    caches = (introspection.incoming, introspection.parent_fields)
    monkeypatch.setattr(link, "on_delete", KEEP)
    for cached in caches:
        cached.cache_clear()
    yield
    monkeypatch.undo()
    for cached in caches:
        cached.cache_clear()


def test_keep_leaves_the_pointing_row_alive_and_refuses_the_purge(kept_items):
    item = make("courses.QuizItem")
    exercise = item.exercise
    assert type(item) not in preview([exercise]).counts
    exercise.delete()
    kept = type(item).objects.get(pk=item.pk)
    assert kept.exercise.is_deleted
    kept.save()
    with pytest.raises(ProtectedError) as caught, transaction.atomic():
        exercise.purge()
    assert caught.value.protected_objects == {item}
    assert type(exercise).all_objects.filter(pk=exercise.pk).exists()


@EVERY_MODEL
def test_invariant_11_lists_and_managers_show_the_alive(model):
    alive, dead = make(model), make(model)
    dead.delete()
    assert dead not in model.objects.all()
    assert dead in model.all_objects.all()
    assert alive in model._default_manager.all()
    assert model._base_manager.get(pk=dead.pk) == dead
    assert checks.check_model(model) == []


def test_invariant_11_related_managers_prefetches_and_counts_see_the_alive():
    course = tree(lessons=3, exercises=1)
    Course, Lesson = type(course), model_of("courses.Lesson")
    gone = course.lessons.first()
    gone.delete()
    assert course.lessons.count() == 2
    assert [
        len(each.lessons.all()) for each in Course.objects.filter(pk=course.pk).prefetch_related("lessons")
    ] == [2]
    counted = Course.objects.annotate(alive=alive_count("lessons"), every=Count("lessons")).get(pk=course.pk)
    assert (counted.alive, counted.every) == (2, 3)
    orphaned_link = Lesson.all_objects.get(pk=gone.pk)
    assert orphaned_link.course == course


def test_invariant_11_a_model_that_escapes_the_kernel_is_refused_at_start():
    with isolate_apps("courses"):

        class Escaped(BaseModel):
            objects = models.Manager()
            data = models.JSONField(default=dict)
            code = models.CharField(max_length=3, unique=True)
            untracked_fields = ("missing",)

            class Meta:
                app_label = "courses"

        codes = {error.id for error in checks.check_model(Escaped)}
    assert codes == {"base.E001", "base.E002", "base.E003", "base.E004", "base.E006", "base.E007"}


def test_retention_purges_what_has_long_been_in_the_trash():
    course, young = tree(), tree()
    course.delete()
    limit = now_ms()
    purged = purge(limit.replace(year=limit.year + 1))
    assert purged["courses.Course"] == 1
    assert not type(course).all_objects.filter(pk=course.pk).exists()
    assert type(young).objects.filter(pk=young.pk).exists()
    assert type(course).history.filter(id=course.pk).first().history_type == "-"
    assert purge(limit.replace(year=limit.year - 1)) == {}
