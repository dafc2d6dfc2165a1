"""Invariants 1, 2 and 3: the history is complete, true and atomic."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Value
from django.db.models.functions import Concat

from config.base import history
from config.base.exceptions import DomainError
from config.base.introspection import kernel_models

from .helpers import (
    assert_complete,
    assert_sound,
    dump,
    is_append_only,
    load,
    make,
    model_of,
    touch,
    tracked_fields,
)

EVERY_MODEL = pytest.mark.parametrize("model", kernel_models(), ids=lambda model: model._meta.label)

pytestmark = pytest.mark.django_db


@EVERY_MODEL
def test_invariant_1_history_is_complete_on_every_path(model, tmp_path):
    obj = make(model)
    if not is_append_only(model):
        obj.save()
        touch(obj)
        obj.refresh_from_db()
        model.objects.bulk_update([obj], [tracked_fields(model)[0].name])
    obj.delete()
    assert_sound(model)
    obj.restore()
    assert_sound(model)
    load(dump(obj), tmp_path)
    assert_sound(model)


@EVERY_MODEL
def test_invariant_1_bulk_create_records_version_one(model):
    obj = make(model)
    obj.purge()
    last = obj.pk
    obj.pk = None
    (created,) = model.objects.bulk_create([obj])
    assert created.pk != last, "a number is never given out twice"
    assert list(created.history.values_list("version", "history_type")) == [(1, "+")]
    assert_sound(model)


@EVERY_MODEL
def test_invariant_1_the_database_refuses_a_second_record_of_a_version(model):
    obj = make(model)
    with pytest.raises(IntegrityError), transaction.atomic():
        history.record(model, [obj.pk], using="default")


def test_invariant_1_related_sets_and_their_removal_are_recorded():
    course, other = make("courses.Course"), make("courses.Course")
    teacher = make("accounts.User")
    other.instructor = teacher
    other.save()
    field = type(course)._meta.get_field("instructor")
    related = getattr(teacher, field.remote_field.get_accessor_name())
    related.add(course)
    related.clear()
    assert_sound(type(course))
    assert type(course).all_objects.get(pk=course.pk).version == course.version + 2


def test_invariant_1_many_to_many_changes_raise_the_owner_from_either_side():
    subject, teacher, other = (
        make("courses.Subject"),
        make("accounts.TeacherProfile"),
        make("accounts.TeacherProfile"),
    )
    start = subject.version
    subject.teachers.add(teacher)
    assert subject.version == start + 1
    subject.teachers.add(teacher)
    assert subject.version == start + 1, "adding a link twice changes nothing"
    reverse = getattr(other, type(subject)._meta.get_field("teachers").remote_field.get_accessor_name())
    reverse.add(subject)
    reverse.clear()
    subject.refresh_from_db()
    assert subject.version == start + 3
    subject.teachers.set([other])
    newest, before = subject.history.all()[:2]
    assert (before.history_links, newest.history_links) == (
        {"teachers": {"removed": [teacher.pk]}},
        {"teachers": {"added": [other.pk]}},
    )
    subject.teachers.remove(teacher)
    assert subject.history.count() == subject.version, "removing a link that is not there changes nothing"
    assert_sound()


def test_invariant_1_purging_a_referenced_row_records_who_lost_the_link():
    teacher = make("accounts.User")
    course = make("courses.Course", instructor=teacher)
    teacher.purge()
    course.refresh_from_db()
    assert course.instructor is None
    assert course.history.first().instructor_id is None
    assert_sound()


def test_invariant_1_deleting_a_group_unlinks_it_and_raises_its_members():
    group = model_of("auth.Group").objects.create(name="night shift")
    user = make("accounts.User")
    user.groups.add(group)
    key, version = group.pk, user.version
    group.delete()
    user.refresh_from_db()
    assert user.version == version + 1
    assert user.history.first().history_links == {"groups": {"removed": [key]}}
    assert_complete(type(user))


def test_invariant_2_a_partial_save_of_a_dirty_instance_records_what_is_stored():
    course = make("courses.Course", title="Stored")
    course.title, course.summary = "Dirty", "Saved"
    course.save(update_fields=["summary"])
    record = course.history.first()
    assert (record.title, record.summary) == ("Stored", "Saved")
    assert_sound(type(course))


def test_invariant_2_expressions_are_recorded_as_values():
    course = make("courses.Course", title="Python")
    course.title = Concat(F("title"), Value(" 3"))
    course.save()
    type(course).objects.filter(pk=course.pk).update(title=Concat(F("title"), Value("!")))
    assert list(course.history.values_list("title", flat=True)) == ["Python 3!", "Python 3", "Python"]
    assert_sound(type(course))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "path", ["save", "create", "update", "bulk_create", "bulk_update", "delete", "links"]
)
def test_invariant_3_a_history_that_cannot_be_written_leaves_the_row_unchanged(path, monkeypatch):
    subject = make("courses.Subject")
    teacher = make("accounts.TeacherProfile")
    Subject = type(subject)
    before = Subject.all_objects.values().get(pk=subject.pk)
    table = Subject.history.model._meta.db_table
    with connection.schema_editor() as editor:
        editor.execute(f'ALTER TABLE "{table}" RENAME TO "{table}_away"')
    try:
        with pytest.raises(Exception, match=table):
            if path == "save":
                subject.name = "Changed"
                subject.save()
            elif path == "create":
                Subject.objects.create(name="New", slug="new")
            elif path == "update":
                Subject.objects.update(name="Changed")
            elif path == "bulk_create":
                Subject.objects.bulk_create([Subject(name="New", slug="new")])
            elif path == "bulk_update":
                subject.name = "Changed"
                Subject.objects.bulk_update([subject], ["name"])
            elif path == "delete":
                subject.delete()
            else:
                subject.teachers.add(teacher)
    finally:
        with connection.schema_editor() as editor:
            editor.execute(f'ALTER TABLE "{table}_away" RENAME TO "{table}"')
    assert Subject.all_objects.values().get(pk=subject.pk) == before
    assert Subject.all_objects.count() == 1
    assert not subject.teachers.exists()


def test_untracked_columns_change_neither_version_nor_history():
    course = make("courses.Course")
    version = course.version
    course.enrollment_count = 7
    course.save(update_fields=["enrollment_count"])
    type(course).objects.update(rating_count=3)
    course.refresh_from_db()
    assert (course.version, course.history.count(), course.enrollment_count) == (version, version, 7)


def test_a_full_save_writes_no_heartbeat_that_it_was_not_given():
    course = make("courses.Course")
    stale = type(course).objects.get(pk=course.pk)
    type(course).objects.update(enrollment_count=41)
    stale.title = "Typed for an hour"
    stale.save()
    stale.refresh_from_db()
    assert (stale.enrollment_count, stale.title) == (41, "Typed for an hour")


@pytest.mark.django_db
def test_a_save_after_a_partial_load_leaves_others_heartbeats_alone():
    Course = model_of("courses.Course")
    pk = make("courses.Course").pk
    partial = Course.objects.defer("description").get(pk=pk)
    Course.objects.filter(pk=pk).update(enrollment_count=7)
    partial.title = "Renamed"
    partial.save()
    assert Course.objects.values_list("title", "enrollment_count").get(pk=pk) == ("Renamed", 7)
    Course.objects.only("enrollment_count").get(pk=pk).save()
    assert_sound(Course)


@pytest.mark.django_db
def test_a_heartbeat_given_before_a_partial_refresh_is_saved():
    Course = model_of("courses.Course")
    course = Course.objects.get(pk=make("courses.Course").pk)
    course.rating_count = 9
    course.refresh_from_db(fields=["title"])
    course.save()
    assert Course.objects.get(pk=course.pk).rating_count == 9


@pytest.mark.django_db
def test_neither_the_key_nor_the_deletion_columns_are_written_past_the_kernel():
    course = make("courses.Course")
    with pytest.raises(ValueError, match="key never changes"):
        type(course).objects.filter(pk=course.pk).update(id=course.pk + 1)
    course.is_deleted = True
    with pytest.raises(ValueError, match="delete"):
        course.save(update_fields=["is_deleted", "deleted_at", "deletion_id"])


@pytest.mark.django_db
def test_records_are_not_deleted_one_by_one_or_together():
    subject = make("courses.Subject")
    for delete in (subject.history.all().delete, subject.history.first().delete):
        with pytest.raises(DomainError, match="only ever added"):
            delete()
    assert_sound(type(subject))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "narrowed",
    [
        lambda rows: rows.values("title"),
        lambda rows: rows.distinct(),
        lambda rows: rows.annotate(n=Count("exercises")).filter(n__gte=0),
        lambda rows: rows.select_related("course").only("title"),
        lambda rows: rows.filter(course__title__gt="").order_by("course__title"),
    ],
    ids=["values", "distinct", "aggregate", "joined", "ordered"],
)
def test_an_update_is_recorded_whatever_the_queryset(narrowed):
    lesson = make("courses.Lesson")
    assert narrowed(type(lesson).objects.all()).update(title="Renamed") == 1
    assert lesson.history.first().title == "Renamed"
    assert_sound(type(lesson))
