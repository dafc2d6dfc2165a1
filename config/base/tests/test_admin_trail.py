"""Looking back in the admin: who, when, why and what; an old version restored as a new one."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import Group

from config.base.admin.values import mark_differences
from config.base.audit import audit_context
from config.base.history import prune_history
from config.base.querysets import now_ms

from .admin_helpers import signed_in, text_of, url_of
from .helpers import factory_for, make, model_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return signed_in(full_name="Boss")


def history(client, row):
    return text_of(client.get(url_of(type(row), "history", row.pk)))


def save(row, who=None, why="", **values):
    for name, value in values.items():
        setattr(row, name, value)
    with audit_context(actor=who, reason=why):
        row.save()


def test_the_history_tells_who_when_why_and_what(boss):
    row = make("accounts.StudentProfile", school="Before")
    save(row, factory_for("accounts.User")(full_name="Marie Curie"), "A move", school="After")
    text = history(boss, row)
    for words in ("Marie Curie", "A move", "School", "Before", "After", "Version 2", "Version 1"):
        assert words in text


def test_choices_and_foreign_keys_are_shown_in_words(boss):
    bond = make("accounts.Guardianship")
    other = make("accounts.ParentProfile")
    save(bond, can_book=not bond.can_book, parent=other)
    text = history(boss, bond)
    assert str(other) in text
    assert "Yes" in text
    assert "No" in text


def test_links_that_came_and_went_are_named(boss):
    person = factory_for("accounts.User")()
    group = Group.objects.create(name="Night owls")
    person.groups.add(group)
    person.groups.remove(group)
    text = history(boss, person)
    assert "Night owls" in text
    assert "Removed" in text


def test_a_purged_person_is_still_told_apart(boss):
    row = make("accounts.StudentProfile")
    gone = factory_for("accounts.User")()
    number = gone.pk
    save(row, gone, school="After")
    gone.purge()
    assert f"A removed user (#{number})" in history(boss, row)


def test_hidden_columns_are_in_the_differences(boss):
    person = factory_for("accounts.User")()
    model_of("accounts.User").objects.filter(pk=person.pk).update(is_active=False)
    assert "Active" in history(boss, person)


def test_a_pruned_history_begins_where_it_begins(boss):
    row = make("accounts.StudentProfile", school="First")
    save(row, school="Second")
    save(row, school="Third")
    type(row).history.all().update(history_date=now_ms().replace(year=2020))
    prune_history(older_than=now_ms(), model=type(row))
    text = history(boss, row)
    assert "Version 3" in text
    assert "Version 2" not in text


def test_long_texts_show_the_words_that_changed():
    before = "The quick brown fox jumps over the lazy dog. " * 5
    old, new = mark_differences(before, before.replace("lazy", "<sleepy>", 1))
    assert "<del>lazy</del>" in old
    assert "<ins>&lt;sleepy&gt;</ins>" in new


def test_a_value_in_the_history_is_escaped(boss):
    row = make("accounts.StudentProfile", school="<script>alert(1)</script>")
    save(row, school="plain")
    assert "<script>alert(1)" not in history(boss, row)


def revert(client, row, version, loaded):
    return client.post(url_of(type(row), "version", row.pk, version), {"loaded_version": loaded})


def test_an_old_version_is_restored_as_a_new_one(boss):
    row = make("accounts.StudentProfile", school="First")
    save(row, school="Second")
    page = text_of(boss.get(url_of(type(row), "version", row.pk, 1)))
    assert "Second" in page
    assert 'name="loaded_version" value="2"' in page
    assert revert(boss, row, 1, 2).status_code == 302
    row.refresh_from_db()
    assert (row.school, row.version) == ("First", 3)
    newest = row.history.first()
    assert newest.history_user == boss.user
    assert "Version 1 restored" in history(boss, row)


def test_restoring_from_a_stale_page_is_refused(boss):
    row = make("accounts.StudentProfile", school="First")
    save(row, school="Second")
    save(row, school="Third")
    text = text_of(revert(boss, row, 1, 2))
    assert "was changed meanwhile" in text
    assert 'name="loaded_version" value="3"' in text
    assert "Not saved" in text_of(boss.post(url_of(type(row), "version", row.pk, 1)))
    row.refresh_from_db()
    assert row.school == "Third"


def test_values_that_no_longer_fit_are_refused_in_words(boss):
    row = make("accounts.BlockedEmailDomain", domain="first.example")
    save(row, domain="second.example")
    make("accounts.BlockedEmailDomain", domain="first.example")
    text = text_of(revert(boss, row, 1, 2))
    assert "already" in text or "exists" in text
    row.refresh_from_db()
    assert row.domain == "second.example"


def test_restoring_a_version_never_brings_back_a_password(boss):
    person = factory_for("accounts.User")(full_name="Ada")
    old = person.password
    person.set_password("something else entirely")
    save(person, full_name="Ada Lovelace")
    assert revert(boss, person, 1, person.version).status_code == 302
    person.refresh_from_db()
    assert person.full_name == "Ada"
    assert person.password != old
    assert person.check_password("something else entirely")


def test_nobody_regains_rights_by_an_old_version():
    """Whoever may change people, but not their rights, does not get round it through the history."""
    clerk = signed_in(permissions=["accounts.view_user", "accounts.change_user"])
    me = clerk.user
    save(me, is_superuser=True)
    save(me, is_superuser=False)
    text = text_of(clerk.get(url_of(type(me), "version", me.pk, me.version - 1)))
    assert "you may not change these fields" in text
    assert "may not change these fields" in text_of(revert(clerk, me, me.version - 1, me.version))
    me.refresh_from_db()
    assert not me.is_superuser


def test_an_unknown_version_is_not_found(boss):
    row = make("accounts.StudentProfile")
    assert boss.get(url_of(type(row), "version", row.pk, 99)).status_code == 404


def test_a_row_in_the_trash_is_not_reverted(boss):
    row = make("accounts.StudentProfile", school="First")
    save(row, school="Second")
    row.delete()
    assert "Restore this version" not in text_of(boss.get(url_of(type(row), "version", row.pk, 1)))
    assert revert(boss, row, 1, row.version).status_code == 403


def test_long_texts_are_compared_in_no_time():
    old = "\n".join(f"the value of line {n} and the end" for n in range(2000))
    new = old.replace("line 7 ", "row 7 ")
    started = time.perf_counter()
    left, right = mark_differences(old, new)
    assert time.perf_counter() - started < 1
    assert "<del>" in left and "row 7" in right
    assert len(right) < 500
