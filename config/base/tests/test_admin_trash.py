"""Delete means trash in the admin: exactly what was listed goes, and comes back by one click."""

from __future__ import annotations

import re

import pytest
from django.contrib.messages import get_messages
from django.db import OperationalError
from django.db.models import ProtectedError

from config.base.deletion import soft_delete

from .admin_helpers import form_of, signed_in, text_of, url_of
from .helpers import factory_for, make

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return signed_in()


@pytest.fixture
def family():
    """A student with two guardians."""
    first = make("accounts.Guardianship")
    second = make("accounts.Guardianship", student=first.student)
    return first.student, [first, second]


def undo_url(response):
    text = "".join(str(message) for message in get_messages(response.wsgi_request))
    return re.search(r'action="([^"]+/undo/[^"]+)"', text)[1]


def test_the_confirmation_lists_exactly_what_goes(boss, family):
    student, bonds = family
    stranger = make("accounts.Guardianship")
    response = boss.get(url_of(type(student), "delete", student.pk))
    text = text_of(response)
    assert dict(response.context["model_count"]) == {"student profiles": 1, "guardianships": 2}
    for bond in bonds:
        assert url_of(type(bond), "change", bond.pk) in text
    assert url_of(type(stranger), "change", stranger.pk) not in text
    boss.post(url_of(type(student), "delete", student.pk), {"post": "yes"})
    assert list(type(stranger).objects.all()) == [stranger]


def test_what_came_up_since_the_confirmation_is_not_deleted_unseen(boss, family):
    student, _bonds = family
    url = url_of(type(student), "delete", student.pk)
    seen = boss.get(url).context["seen_preview"]
    make("accounts.Guardianship", student=student)
    response = boss.post(url, {"post": "yes", "seen_preview": seen}, follow=True)
    assert "Nothing was deleted" in text_of(response)
    student.refresh_from_db()
    assert not student.is_deleted
    assert response.context["seen_preview"] != seen
    boss.post(url, {"post": "yes", "seen_preview": response.context["seen_preview"]})
    student.refresh_from_db()
    assert student.is_deleted


def test_undo_brings_back_exactly_that_deletion(boss, family):
    student, bonds = family
    soft_delete([bonds[1]])
    response = boss.post(url_of(type(student), "delete", student.pk), {"post": "yes"})
    undo = undo_url(response)
    boss.get(undo)
    student.refresh_from_db()
    assert student.is_deleted, "a link alone undoes nothing"
    boss.post(undo)
    student.refresh_from_db()
    assert not student.is_deleted
    assert list(type(bonds[0]).objects.all()) == [bonds[0]]


def test_delete_selected_confirms_and_can_be_undone(boss):
    rows = [make("accounts.BlockedEmailDomain") for _each in range(3)]
    url = url_of(type(rows[0]), "changelist")
    data = {"action": "delete_selected", "_selected_action": [row.pk for row in rows[:2]]}
    response = boss.post(url, data)
    assert all(str(row) in text_of(response) for row in rows[:2])
    response = boss.post(url, data | {"post": "yes", "seen_preview": response.context["seen_preview"]})
    assert list(type(rows[0]).objects.all()) == [rows[2]]
    boss.post(undo_url(response))
    assert type(rows[0]).objects.count() == 3


def test_the_trash_offers_restoring_and_nothing_else(boss):
    row = make("accounts.BlockedEmailDomain")
    url = url_of(type(row), "changelist")
    row.delete()
    page = boss.get(f"{url}?trash=only")
    assert [name for name, _label in page.context["action_form"].fields["action"].choices if name] == [
        "restore_selected"
    ]
    assert "restore_selected" not in text_of(boss.get(url))
    boss.post(f"{url}?trash=only", {"action": "restore_selected", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert not row.is_deleted


def test_what_has_no_trash_is_not_offered_restoring(boss):
    make("accounts.Role")
    page = text_of(boss.get(url_of("auth.Group", "changelist")))
    assert 'value="delete_selected"' in page
    assert "restore_selected" not in page


def test_a_restore_that_would_break_a_rule_lists_every_reason(boss):
    row = make("accounts.BlockedEmailDomain", domain="taken.example")
    row.delete()
    make("accounts.BlockedEmailDomain", domain="taken.example")
    text = text_of(boss.post(url_of(type(row), "restore", row.pk)))
    assert "Nothing was restored" in text
    assert "taken.example" in text
    row.refresh_from_db()
    assert row.is_deleted


def test_a_row_that_fell_with_its_parent_names_the_parent(boss, family):
    student, bonds = family
    student.delete()
    text = text_of(boss.post(url_of(type(bonds[0]), "restore", bonds[0].pk)))
    assert "is in the trash. Restore that first." in text


def test_a_row_in_the_trash_is_shown_and_not_changed(boss):
    row = make("accounts.StudentProfile", school="Old")
    url = url_of(type(row), "change", row.pk)
    data = form_of(boss.get(url))
    row.delete()
    page = text_of(boss.get(url))
    assert "In the trash since" in page
    assert url_of(type(row), "restore", row.pk) in page
    assert 'name="school"' not in page
    assert "Not saved" in text_of(boss.post(url, data | {"school": "New"}))
    assert boss.get(url_of(type(row), "delete", row.pk)).status_code == 302


def test_a_protected_row_is_named_and_nothing_goes(boss, monkeypatch):
    row = make("accounts.BlockedEmailDomain")
    blocking = make("accounts.BlockedEmailDomain")

    def refuse(objs, **kwargs):
        raise ProtectedError("protected", {blocking})

    monkeypatch.setattr("config.base.admin.trash.soft_delete", refuse)
    response = boss.post(url_of(type(row), "delete", row.pk), {"post": "yes"}, follow=True)
    assert "Nothing was deleted" in text_of(response)
    response = boss.post(
        url_of(type(row), "changelist"),
        {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
        follow=True,
    )
    assert "Nothing was deleted" in text_of(response)


def test_who_may_not_delete_may_not_restore(family):
    student, _bonds = family
    student.delete()
    editor = signed_in(permissions=["accounts.view_studentprofile", "accounts.change_studentprofile"])
    assert editor.post(url_of(type(student), "restore", student.pk)).status_code == 403
    assert editor.post(url_of(type(student), "undo", student.deletion_id)).status_code == 403
    assert "Restore" not in text_of(editor.get(url_of(type(student), "change", student.pk)))


def test_restoring_needs_the_right_to_everything_that_comes_back(family):
    student, _bonds = family
    student.delete()
    names = ("view_studentprofile", "change_studentprofile", "delete_studentprofile")
    clerk = signed_in(permissions=[f"accounts.{name}" for name in names])
    assert clerk.post(url_of(type(student), "restore", student.pk)).status_code == 403
    student.refresh_from_db()
    assert student.is_deleted


def test_a_deletion_of_one_model_is_not_undone_by_the_door_of_another(boss):
    row = make("accounts.BlockedEmailDomain")
    row.delete()
    assert boss.post(url_of("accounts.StudentProfile", "undo", row.deletion_id)).status_code == 403


def test_the_rows_of_an_inline_that_are_deleted_together_are_one_deletion(boss, family):
    student, bonds = family
    url = url_of(type(student), "change", student.pk)
    data = form_of(boss.get(url))
    boxes = {name.removesuffix("-id") + "-DELETE": "on" for name in data if re.search(r"-\d-id$", name)}
    assert boss.post(url, data | boxes).status_code == 302
    for bond in bonds:
        bond.refresh_from_db()
    assert bonds[0].is_deleted
    assert bonds[0].deletion_id == bonds[1].deletion_id


def test_a_link_to_a_row_in_the_trash_survives_saving_the_form(boss):
    person = factory_for("accounts.User")()
    course = make("courses.Course", instructor=person)
    person.delete()
    url = url_of(type(course), "change", course.pk)
    data = form_of(boss.get(url))
    assert data["instructor"] == str(person.pk)
    assert boss.post(url, data | {"title": "Another title"}).status_code == 302
    course.refresh_from_db()
    assert course.instructor_id == person.pk
    assert course.title == "Another title"


def test_a_restore_that_loses_a_race_is_a_message(boss, monkeypatch):
    def lose(*args, **kwargs):
        raise OperationalError("database is locked")

    course = make("courses.Course")
    course.delete()
    monkeypatch.setattr("config.base.restoration.restore", lose)
    assert "database was busy" in text_of(boss.post(url_of("courses.Course", "restore", course.pk)))
    assert not type(course).objects.exists()
