"""No lost update through the admin: a stale save is refused, says who changed what, and keeps what was typed."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, OperationalError

from config.base.admin.saving import SavingMixin
from config.base.audit import audit_context
from config.base.conflicts import VersionConflict
from config.base.exceptions import DeletedParentError, StaleObjectError

from .admin_helpers import form_of, signed_in, text_of, url_of
from .helpers import factory_for, make, model_of, race

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return signed_in(full_name="Boss")


def open_form(client, row):
    url = url_of(type(row), "change", row.pk)
    return url, form_of(client.get(url))


def change(row, who=None, **values):
    """Somebody else saves this row."""
    other = type(row).all_objects.get(pk=row.pk)
    for name, value in values.items():
        setattr(other, name, value)
    with audit_context(actor=who):
        other.save()
    return other


def test_invariant_5_a_stale_save_names_who_changed_which_fields_and_when(boss):
    row = make("accounts.StudentProfile", school="Before")
    url, data = open_form(boss, row)
    marie = factory_for("accounts.User")(full_name="Marie Curie")
    change(row, marie, school="Hers")
    text = text_of(boss.post(url, data | {"school": "Mine", "learning_goals": "Fractions"}))
    assert "Not saved" in text
    assert "Marie Curie changed School on" in text
    assert 'value="Mine"' in text
    assert "Fractions" in text
    assert "Hers" in text
    row.refresh_from_db()
    assert (row.school, row.version) == ("Hers", 2)


def test_each_change_since_is_told(boss):
    row = make("accounts.StudentProfile", school="Before")
    url, data = open_form(boss, row)
    change(row, factory_for("accounts.User")(full_name="Marie Curie"), school="Hers")
    change(row, factory_for("accounts.User")(full_name="Paul Langevin"), learning_goals="His")
    text = text_of(boss.post(url, data))
    assert "Marie Curie changed School" in text
    assert "Paul Langevin changed Learning goals" in text


def test_who_has_seen_the_changes_may_save_over_them(boss):
    row = make("accounts.StudentProfile")
    url, data = open_form(boss, row)
    change(row, school="Hers")
    data |= {"school": "Mine", "seen_version": "1"}
    assert "Not saved" in text_of(boss.post(url, data))
    assert boss.post(url, data | {"seen_version": "2"}).status_code == 302
    row.refresh_from_db()
    assert (row.school, row.version) == ("Mine", 3)


def test_saving_over_keeps_the_others_change_where_nothing_was_typed(boss):
    row = make("accounts.StudentProfile", school="Before", learning_goals="Before")
    url, data = open_form(boss, row)
    change(row, school="Hers")
    response = boss.post(url, data | {"learning_goals": "Mine", "seen_version": "2"})
    assert response.status_code == 302
    row.refresh_from_db()
    assert (row.school, row.learning_goals) == ("Hers", "Mine")


def test_saving_over_without_having_typed_anything_writes_no_version(boss):
    row = make("accounts.StudentProfile", school="Before")
    url, data = open_form(boss, row)
    change(row, school="Hers")
    assert boss.post(url, data | {"seen_version": "2"}).status_code == 302
    row.refresh_from_db()
    assert (row.school, row.version) == ("Hers", 2)


def test_line_ends_of_the_browser_are_no_change(boss):
    row = make("accounts.StudentProfile", learning_goals="One\nTwo\n")
    url, data = open_form(boss, row)
    assert boss.post(url, data | {"learning_goals": "One\r\nTwo\r\n"}).status_code == 302
    row.refresh_from_db()
    assert row.version == 1


def test_a_row_deleted_meanwhile_keeps_what_was_typed(boss):
    row = make("accounts.StudentProfile")
    url, data = open_form(boss, row)
    with audit_context(actor=factory_for("accounts.User")(full_name="Marie Curie")):
        type(row).objects.get(pk=row.pk).delete()
    text = text_of(boss.post(url, data | {"school": "Mine"}))
    assert "moved to the trash meanwhile" in text
    assert "Marie Curie deleted it" in text
    assert 'value="Mine"' in text
    row.refresh_from_db()
    assert row.is_deleted
    assert row.school != "Mine"


def test_a_stale_part_refuses_the_whole_page(boss):
    bond = make("accounts.Guardianship")
    url, data = open_form(boss, bond.student)
    change(bond, can_book=not bond.can_book)
    text = text_of(boss.post(url, data | {"school": "Mine"}))
    assert "Not saved" in text
    bond.student.refresh_from_db()
    assert bond.student.version == 1


def test_a_stale_part_is_not_deleted_either(boss):
    bond = make("accounts.Guardianship")
    url, data = open_form(boss, bond.student)
    prefix = next(name.removesuffix("-0-id") for name in data if name.endswith("-0-id"))
    change(bond, can_book=not bond.can_book)
    assert "Not saved" in text_of(boss.post(url, data | {f"{prefix}-0-DELETE": "on"}))
    bond.refresh_from_db()
    assert not bond.is_deleted


def test_a_part_deleted_meanwhile_refuses_the_page(boss):
    bond = make("accounts.Guardianship")
    url, data = open_form(boss, bond.student)
    type(bond).objects.get(pk=bond.pk).delete()
    assert "moved to the trash meanwhile" in text_of(boss.post(url, data | {"school": "Mine"}))
    bond.student.refresh_from_db()
    assert bond.student.school != "Mine"


def test_saving_an_untouched_form_after_the_others_save_says_so_too(boss):
    """What the page shows is no longer what is stored, even if nothing was typed."""
    row = make("accounts.StudentProfile")
    url, data = open_form(boss, row)
    change(row, school="Hers")
    assert "Not saved" in text_of(boss.post(url, data))


def test_each_refusal_is_counted(boss):
    row = make("accounts.StudentProfile")
    url, data = open_form(boss, row)
    change(row, school="Hers")
    boss.post(url, data)
    boss.post(url, data)
    assert VersionConflict.objects.get(model_label="accounts.StudentProfile").count == 2


def test_a_heartbeat_makes_no_form_stale(boss):
    person = make("accounts.User")
    url, data = open_form(boss, person)
    type(person).objects.filter(pk=person.pk).update(last_login="2026-01-01T00:00Z")
    assert boss.post(url, data | {"full_name": "New Name"}).status_code == 302


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (IntegrityError('violates unique constraint "accounts_blockedemaildomain_domain"'), "domain"),
        (IntegrityError("something that nobody knows"), "contradict what is stored"),
        (OperationalError("database is locked"), "Please save again"),
        (None, "Restore it first"),
    ],
    ids=["duplicate", "unknown rule", "deadlock", "dead parent"],
)
def test_what_the_database_refuses_comes_back_on_the_form(boss, monkeypatch, error, words):
    row = make("accounts.BlockedEmailDomain")
    url, data = open_form(boss, row)
    raised = error or DeletedParentError(model_of("accounts.User"), "user", [1])

    def refuse(*args, **kwargs):
        raise raised

    monkeypatch.setattr(type(row), "save", refuse)
    text = text_of(boss.post(url, data | {"reason": "Typed in"}))
    assert "Not saved" in text or error is None
    assert words in text
    assert "Typed in" in text


def test_a_broken_database_is_not_passed_off_as_a_race(boss, monkeypatch):
    row = make("accounts.BlockedEmailDomain")
    url, data = open_form(boss, row)

    def refuse(*args, **kwargs):
        raise OperationalError("no such table")

    monkeypatch.setattr(type(row), "save", refuse)
    with pytest.raises(OperationalError):
        boss.post(url, data | {"reason": "Typed in"})


@pytest.mark.django_db(transaction=True)
def test_of_eight_saves_at_once_one_wins():
    row = make("accounts.BlockedEmailDomain")
    clients = [signed_in() for _each in range(8)]
    url, data = open_form(clients[0], row)

    def job(number):
        def post():
            response = clients[number].post(url, data | {"reason": f"Number {number}"})
            if response.status_code == 200:
                assert "Not saved" in response.content.decode()
            return response.status_code

        return post

    outcomes = race(*(job(number) for number in range(8)))
    assert outcomes == {"302": 1, "200": 7}
    row.refresh_from_db()
    assert row.version == 2


@pytest.mark.django_db(transaction=True)
def test_a_save_between_check_and_write_rolls_back_the_page_and_is_told(monkeypatch):
    """Another's save of a part lands after this form was checked: the whole's change does not stay either."""
    boss = signed_in()
    bond = make("accounts.Guardianship")
    url, data = open_form(boss, bond.student)
    prefix = next(name.removesuffix("-0-id") for name in data if name.endswith("-0-id"))
    data |= {"school": "Mine", f"{prefix}-0-relationship": _other_relationship(bond)}
    save_formset, raced = SavingMixin.save_formset, []

    def raced_save(self, request, form, formset, change):
        if not raced:
            raced.append(True)
            formset.forms[
                0
            ].instance.version = 0  # so the conditional update meets another version than it expects
        save_formset(self, request, form, formset, change)
        raise StaleObjectError(formset.forms[0].instance, expected=0, found=1)

    monkeypatch.setattr(SavingMixin, "save_formset", raced_save)
    text = text_of(boss.post(url, data))
    assert "was changed meanwhile" in text
    assert 'value="Mine"' in text
    bond.student.refresh_from_db()
    bond.refresh_from_db()
    assert (bond.student.version, bond.version) == (1, 1)


def _other_relationship(bond):
    choices = [value for value, _label in type(bond)._meta.get_field("relationship").flatchoices]
    return next(value for value in choices if value != bond.relationship)
