"""Invariants 4 and 9: no update is lost, no row is orphaned, whoever comes first. Real threads."""

from __future__ import annotations

import threading

import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError, connection, connections, transaction

from config.base.exceptions import DeletedParentError, StaleObjectError
from config.base.introspection import kernel_models

from .helpers import assert_sound, is_append_only, make, model_of, race

CHANGEABLE = [model for model in kernel_models() if not is_append_only(model)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", CHANGEABLE, ids=lambda model: model._meta.label)
def test_invariant_4_of_eight_concurrent_saves_one_wins(model):
    pk = make(model).pk
    instances = [model.objects.get(pk=pk) for _ in range(8)]
    assert race(*(instance.save for instance in instances)) == {"done": 1, "StaleObjectError": 7}
    assert_sound(model)


@pytest.mark.django_db
def test_invariant_4_an_instance_loaded_without_its_version_cannot_be_saved():
    course = make("courses.Course")
    partial = type(course).objects.only("title").get(pk=course.pk)
    partial.title = "Blind"
    with pytest.raises(StaleObjectError) as caught, transaction.atomic():
        partial.save()
    assert (caught.value.expected, caught.value.found) == (None, None)


@pytest.mark.django_db
def test_invariant_4_a_stale_bulk_update_changes_nothing():
    first, second = make("courses.Subject", name="One"), make("courses.Subject", name="Two")
    Subject = type(first)
    fresh = Subject.objects.get(pk=second.pk)
    fresh.name = "Changed meanwhile"
    fresh.save()
    first.name = second.name = "Bulk"
    with pytest.raises(StaleObjectError) as caught, transaction.atomic():
        Subject.objects.bulk_update([first, second], ["name"])
    assert caught.value.instance is second
    assert set(Subject.objects.values_list("name", flat=True)) == {"One", "Changed meanwhile"}
    first.refresh_from_db()
    first.name = "Again"
    Subject.objects.bulk_update([first], ["name"])
    first.save()  # its version rose with the bulk update
    assert_sound(Subject)


@pytest.mark.django_db
def test_invariant_4_a_row_deleted_meanwhile_is_not_saved_back_to_life():
    course = make("courses.Course")
    stale = type(course).objects.get(pk=course.pk)
    course.delete()
    with pytest.raises(StaleObjectError) as caught, transaction.atomic():
        stale.save()
    assert caught.value.found is None
    assert not type(course).objects.filter(pk=course.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_the_async_forms_keep_the_invariants():
    subject = make("courses.Subject")
    Subject = type(subject)

    async def work() -> None:
        mine, stale = await Subject.objects.aget(pk=subject.pk), await Subject.objects.aget(pk=subject.pk)
        mine.name = "Async"
        await mine.asave()
        with pytest.raises(StaleObjectError):
            await stale.asave()
        await Subject.objects.filter(pk=subject.pk).aupdate(name="Updated")
        await Subject.objects.abulk_create([Subject(name="Bulk", slug="bulk")])
        await Subject.objects.filter(slug="bulk").adelete()
        fresh = await Subject.objects.aget(pk=subject.pk)
        await fresh.adelete()

    async_to_sync(work)()
    assert Subject.all_objects.dead().count() == 2
    assert_sound(Subject)


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["save", "bulk_create", "bulk_update", "update", "move"])
def test_invariant_9_nothing_is_hung_under_a_dead_parent(way):
    parent, home = make("courses.Course"), make("courses.Course")
    lesson = make("courses.Lesson", course=home)
    Lesson = type(lesson)
    dead = type(parent).objects.get(pk=parent.pk)
    parent.delete()
    with pytest.raises(DeletedParentError) as caught, transaction.atomic():
        if way == "save":
            Lesson(course=dead, title="New", slug="new", position=9).save()
        elif way == "bulk_create":
            Lesson.objects.bulk_create([Lesson(course=dead, title="New", slug="new", position=9)])
        elif way == "bulk_update":
            lesson.course = dead
            Lesson.objects.bulk_update([lesson], ["course"])
        elif way == "update":
            Lesson.objects.filter(pk=lesson.pk).update(course=dead)
        else:
            lesson.course = dead
            lesson.save()
    assert (caught.value.field, caught.value.keys) == ("course", [dead.pk])
    assert list(Lesson.objects.values_list("course", flat=True)) == [home.pk]


@pytest.mark.django_db
def test_invariant_9_a_dead_protecting_parent_is_refused_too():
    course = make("courses.Course")
    subject = course.subject
    other = make("courses.Subject")
    other.delete()
    course.subject = other
    with pytest.raises(DeletedParentError), transaction.atomic():
        course.save()
    assert type(course).objects.get(pk=course.pk).subject == subject


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
@pytest.mark.parametrize("first", ["child", "deleter"])
def test_invariant_9_whoever_of_child_and_deleter_comes_second_sees_the_first(first):
    """Two connections, held at the point where the first has written and not yet committed."""
    course = make("courses.Course")
    Course, Lesson = type(course), model_of("courses.Lesson")
    written, outcome = threading.Event(), {}

    def add_child() -> None:
        Lesson(course=Course(pk=course.pk), title="Late", slug="late", position=99).save()

    def delete() -> None:
        Course.objects.get(pk=course.pk).delete()

    leading, following = (add_child, delete) if first == "child" else (delete, add_child)

    def lead() -> None:
        with transaction.atomic():
            leading()
            written.set()
            wait_until_blocked()
        connections.close_all()

    def follow() -> None:
        written.wait(10)
        try:
            following()
            outcome["second"] = "done"
        except DeletedParentError:
            outcome["second"] = "refused"
        finally:
            connections.close_all()

    threads = [threading.Thread(target=each) for each in (lead, follow)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcome["second"] == ("done" if first == "child" else "refused")
    orphans = Lesson.objects.filter(course__is_deleted=True)
    assert not orphans.exists()
    assert_sound(Course, Lesson)


def wait_until_blocked() -> None:
    """Return when another connection to this database waits for a lock; fail if none ever does."""
    with connection.cursor() as cursor:
        for _attempt in range(100_000):
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("The second connection never waited for the first.")


@pytest.mark.django_db(transaction=True)
def test_invariant_9_many_children_against_one_deleter_leave_no_orphan():
    course = make("courses.Course")
    Course, Lesson = type(course), model_of("courses.Lesson")

    def add(number: int) -> None:
        for _try in range(20):
            try:
                Lesson(
                    course=Course(pk=course.pk), title="x", slug=f"x{number}", position=100 + number
                ).save()
                return
            except OperationalError:  # SQLite's queue for writers, or a deadlock: the door answers 409
                continue

    race(*(lambda n=n: add(n) for n in range(6)), lambda: Course.objects.get(pk=course.pk).delete() and None)
    assert not Lesson.objects.filter(course__is_deleted=True).exists()
    assert_sound(Course, Lesson)
