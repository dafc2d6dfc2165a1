"""Invariant 14: loaddata does no harm, and a dump with its history comes back as it was."""

from __future__ import annotations

import json

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import transaction

from config.base.introspection import kernel_models

from .helpers import assert_sound, dump, is_append_only, load, make, tracked_fields

EVERY_MODEL = pytest.mark.parametrize("model", kernel_models(), ids=lambda model: model._meta.label)

pytestmark = pytest.mark.django_db


@EVERY_MODEL
def test_invariant_14_loading_an_equal_row_writes_nothing(model, tmp_path):
    obj = make(model)
    before = model.all_objects.values().get(pk=obj.pk)
    text = dump(obj)
    load(text, tmp_path)
    load(text, tmp_path)
    assert model.all_objects.values().get(pk=obj.pk) == before
    assert obj.history.count() == obj.version


@EVERY_MODEL
def test_invariant_14_a_fixture_neither_revives_nor_deletes(model, tmp_path):
    obj = make(model)
    alive = dump(obj)
    obj.delete()
    obj.refresh_from_db()
    with pytest.raises(Exception, match=r"trash|corbeille"):
        load(alive, tmp_path)
    assert model.all_objects.get(pk=obj.pk).is_deleted
    dead = dump(model.all_objects.get(pk=obj.pk))
    obj.restore()
    with pytest.raises(Exception, match=r"alive|vivant"):
        load(dead, tmp_path)
    assert not model.all_objects.get(pk=obj.pk).is_deleted
    assert_sound(model)


@pytest.mark.parametrize(
    "model", [each for each in kernel_models() if is_append_only(each)], ids=lambda model: model._meta.label
)
def test_invariant_14_a_fixture_changes_no_fact(model, tmp_path):
    obj, other = make(model), make(model)
    row, unlike = json.loads(dump(obj, other))
    names = [field.name for field in tracked_fields(model)]
    name = next(each for each in names if row["fields"][each] != unlike["fields"][each])
    row["fields"][name] = unlike["fields"][name]
    with pytest.raises(Exception, match=r"never changed|jamais"):
        load(json.dumps([row]), tmp_path)
    assert model.all_objects.get(pk=obj.pk).version == 1
    assert_sound(model)


def test_invariant_14_a_changed_row_is_a_new_version_with_the_reason(tmp_path):
    course = make("courses.Course", title="Stored")
    course.save()
    created_at, version = course.created_at, course.version
    (row,) = json.loads(dump(course))
    row["fields"] |= {"title": "From the fixture", "version": 1, "created_at": "2001-01-01T00:00:00Z"}
    load(json.dumps([row]), tmp_path)
    course.refresh_from_db()
    assert (course.title, course.version, course.created_at) == ("From the fixture", version + 1, created_at)
    assert course.history.first().history_change_reason == "loaddata"
    assert_sound(type(course))


def test_invariant_14_a_fixture_has_no_say_over_passwords_and_heartbeats(tmp_path):
    user = make("accounts.User")
    (row,) = json.loads(dump(user))
    user.set_password("set-after-the-dump")
    user.save()
    row["fields"].pop("password")
    row["fields"]["full_name"] = "New name"
    load(json.dumps([row]), tmp_path)
    user.refresh_from_db()
    assert user.full_name == "New name"
    assert user.check_password("set-after-the-dump")


def test_invariant_14_rows_alone_restart_at_version_one(tmp_path):
    subject = make("courses.Subject")
    subject.save()
    subject.save()
    text = dump(subject)
    subject.history.all()._raw_delete("default")
    type(subject).all_objects.all()._raw_delete("default")
    load(text, tmp_path)
    loaded = type(subject).objects.get(pk=subject.pk)
    assert (loaded.version, loaded.history.count()) == (1, 1)
    assert_sound(type(subject))


def test_invariant_14_a_number_that_a_purged_row_had_goes_on_where_it_ended(tmp_path):
    subject = make("courses.Subject")
    text = dump(subject)
    subject.purge()
    last = subject.history.count()
    load(text, tmp_path)
    loaded = type(subject).objects.get(pk=subject.pk)
    assert (loaded.version, loaded.history.count()) == (last + 1, last + 1)


@pytest.mark.django_db(transaction=True)
def test_invariant_14_dump_and_load_with_the_history_is_identical(tmp_path):
    course = make("courses.Course")
    course.title = "Second version"
    course.save()
    lesson = make("courses.Lesson", course=course)
    lesson.delete()
    course.subject.teachers.add(make("accounts.TeacherProfile"))
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    dumpdata(first)
    empty_the_tables()
    call_command("loaddata", str(first), verbosity=0)
    dumpdata(second)
    assert json.loads(first.read_text()) == json.loads(second.read_text())
    assert_sound()
    call_command("loaddata", str(first), verbosity=0)
    dumpdata(second)
    assert json.loads(first.read_text()) == json.loads(second.read_text())


def empty_the_tables() -> None:
    with transaction.atomic():
        EmailAddress.objects.all()._raw_delete("default")
        for model in kernel_models():
            for field in model._meta.local_many_to_many:
                field.remote_field.through.objects.all()._raw_delete("default")
            model.all_objects.all()._raw_delete("default")
            model.history.all()._raw_delete("default")


def dumpdata(path) -> None:
    labels = [model._meta.label for model in kernel_models()]
    history = [model.history.model._meta.label for model in kernel_models()]
    call_command("dumpdata", *history, *labels, use_base_manager=True, output=str(path), verbosity=0)
