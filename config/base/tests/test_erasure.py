"""An erasure, over the whole database: nothing tells who somebody was, and everything that others count on stays."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from django.db.models import Avg, Sum

from config.base import personal
from config.base.introspection import is_kernel_model
from config.base.mentions import MASK

from . import personal_helpers as planted
from .helpers import assert_sound, make, model_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return planted.build()


def services():
    return import_module("accounts.services")


@pytest.fixture
def erase(django_capture_on_commit_callbacks):
    def run(user):
        with django_capture_on_commit_callbacks(execute=True):
            services().erase_person(user=user)

    return run


def figures(world):
    course = model_of("courses.Course").objects.get(pk=world.course.pk)
    brick = model_of("content.ContentBrick").objects.get(pk=world.rating.brick_id)
    return {
        "orders": model_of("crm.OrderLine").objects.aggregate(n=Sum("amount"))["n"],
        "of the customer": world.customer.order_lines.aggregate(n=Sum("amount"))["n"],
        "scores": model_of("learning.Grade").objects.aggregate(n=Avg("score"))["n"],
        "course": (course.rating, course.rating_count, course.enrollment_count, course.structure_version),
        "brick": (brick.rating, brick.rating_count),
        "fingerprints": set(
            model_of("content.GeneratedDocument").objects.values_list("html_sha256", "pdf_sha256")
        ),
    }


def numbers():
    return {model: model._base_manager.count() for model in apps.get_models()}


def differences():
    out = StringIO()
    with suppress(SystemExit):
        call_command("check_data", json=True, stdout=out)
    return json.loads(out.getvalue())["differences"]


def test_every_table_that_may_know_a_person_knows_this_one(world):
    """So that the search below searches something."""
    person = personal.identify(world.user.pk)
    nobodys = [each.model._meta.label for each in personal.declared() if not person.keys[each.model]]
    assert set(nobodys) == planted.OF_NOBODY  # others' rows, which may name them
    stored = planted.everything()
    for text in (*planted.PLANTED, planted.OWN_WORDS):
        assert planted.where(stored, text), text


def test_nothing_that_is_stored_tells_who_an_erased_person_was(world, erase):
    before, rows = figures(world), numbers()
    erase(world.user)
    stored = planted.everything()
    assert {text: planted.where(stored, text) for text in (*planted.PLANTED, planted.OWN_WORDS)} == {
        text: [] for text in (*planted.PLANTED, planted.OWN_WORDS)
    }
    assert figures(world) == before
    assert before["orders"] > 0 < before["scores"]
    assert before["course"][:3] == (Decimal("3.50"), 2, 2)
    purged = {each.model for each in personal.declared() if each.purge}
    kept = {model for model in rows if is_kernel_model(model)} - purged
    activities = model_of("accounts.UserActivity")
    assert {model: n for model, n in numbers().items() if model in kept and n != rows[model]} == {
        activities: rows[activities] + 2  # deactivated, erased
    }
    assert_sound()
    assert differences() == []


def test_an_erased_person_is_a_neutral_row_that_nobody_signs_in_as(world, erase):
    user = world.user
    user.groups.add(model_of("auth.Group").objects.first() or model_of("auth.Group").objects.create(name="g"))
    erase(user)
    stored = type(user).all_objects.get(pk=user.pk)
    assert (stored.username, stored.email) == (f"erased-{user.pk}", f"erased-{user.pk}@erased.invalid")
    assert (stored.full_name, stored.phone, str(stored)) == (MASK, None, MASK)
    assert not (stored.is_active or stored.is_staff or stored.is_superuser or stored.has_usable_password())
    assert stored.is_erased and user.is_erased
    assert not stored.groups.exists()
    for label in ("knox.AuthToken", "usersessions.UserSession", "mfa.Authenticator"):
        assert not model_of(label).objects.filter(user=user).exists()
    addresses = model_of("account.EmailAddress").objects.filter(user=user)
    assert [each.email for each in addresses] == [stored.email]
    entry = model_of("accounts.UserActivity").objects.get(verb="ERASED")
    assert (entry.object_type, entry.object_id, entry.detail) == ("accounts.user", user.pk, "")


def test_sessions_end_and_other_peoples_go_on(world, erase):
    erase(world.user)
    left = {session.pk: session.get_decoded() for session in model_of("sessions.Session").objects.all()}
    assert set(left) == {world.sessions["staff's"]}
    assert left[world.sessions["staff's"]]["kept"] == 7


def test_documents_lose_their_bytes_and_keep_their_fingerprints(world, erase, media):
    document, anonymous = world.document, world.anonymous
    hashes = document.html_sha256, document.pdf_sha256
    path = Path(document.pdf.path)
    assert path.exists()
    erase(world.user)
    document.refresh_from_db()
    assert (document.html, document.pdf.name, document.title) == ("", "", f"For {MASK}")
    assert (document.html_sha256, document.pdf_sha256) == hashes
    assert document.manifest["values"] == {"title": MASK, "student_name": MASK}
    assert document.manifest["seed"] == 7
    assert not path.exists()
    anonymous.refresh_from_db()
    assert anonymous.version == 1 and anonymous.html and Path(anonymous.pdf.path).exists()


def test_what_others_wrote_loses_the_name_and_nothing_else(world, erase):
    erase(world.user)
    texts = set(model_of("learning.ChatMessage").objects.values_list("role", "body"))
    assert texts == {("LEARNER", MASK), ("STAFF", f"Hello {MASK}, {MASK}?")}
    assert model_of("learning.Review").objects.get(rating=2).comment == f"Thanks, {MASK}!"
    assert model_of("learning.Review").objects.get(rating=5).comment == ""
    notes = model_of("crm.AuditItem").objects.order_by("pk").values_list("message", "details")
    assert list(notes) == [(MASK, {}), (f"{MASK} is not {MASK}", {"value": MASK, "row": 3})]
    assert model_of("courses.Lesson").objects.get(course=world.course).course_id == world.course.pk


def test_customers_with_the_persons_address_or_merged_into_theirs_are_the_person(world, erase):
    erase(world.user)
    customers = model_of("crm.Customer").all_objects.filter(pk__gte=world.customer.pk).order_by("pk")
    erased = [each for each in customers if each.customer_code == f"ERASED-{each.pk}"]
    assert len(erased) == 3
    for each in erased:
        assert (each.full_name, each.email, each.email_key, each.phone) == (None,) * 4
        assert (each.address_line, each.postal_code, each.city, each.country) == ("", "", "", "FR")
    assert world.customer.history.count() == type(world.customer).objects.get(pk=world.customer.pk).version


def test_erasing_twice_changes_nothing(world, erase):
    erase(world.user)
    before = planted.everything()
    erase(world.user)
    services().erase_person(user=type(world.user).all_objects.get(pk=world.user.pk))
    assert planted.everything() == before


def test_somebody_in_the_trash_is_erased_there(world, erase):
    for label in ("courses.Booking", "courses.TutoringSession"):
        model_of(label).objects.all().delete()
    world.user.delete()
    erase(world.user)
    stored = planted.everything()
    assert not [text for text in planted.PLANTED if planted.where(stored, text)]
    assert type(world.user).all_objects.get(pk=world.user.pk).is_deleted
    assert differences() == []


def test_whoever_holds_the_old_values_cannot_write_them_back(world, erase):
    from config.base.exceptions import StaleObjectError

    held = [type(row).all_objects.get(pk=row.pk) for row in (world.user, world.student, world.customer)]
    erase(world.user)
    for row in held:
        with pytest.raises(StaleObjectError), transaction.atomic():
            row.save()


def test_a_namesake_keeps_what_is_theirs():
    """A name and a phone that two people share say of a text only whose it is."""
    person = make("accounts.User", full_name=planted.NAME, phone=planted.PHONE, email=planted.EMAIL)
    other = make("accounts.User", full_name=planted.NAME, phone=planted.PHONE)
    theirs = [
        other,
        make("accounts.TeacherProfile", user=other, biography=f"{planted.NAME} teaches."),
        make("learning.Review", user=other, comment=f"{planted.NAME} was here, {planted.PHONE}"),
        make("learning.ChatMessage", author=other, body=f"I am {planted.NAME}."),
        make(
            "crm.Customer",
            user=other,
            full_name=planted.NAME,
            email=planted.EMAIL,
            address_line=planted.ADDRESS,
        ),
    ]
    stranger = make("crm.Customer", full_name=planted.NAME, phone=planted.PHONE)
    note = make(
        "crm.AuditItem", object_type="crm.customer", object_id=stranger.pk, message=f"{planted.NAME} is new"
    )
    named = make("learning.ChatMessage", body=f"Write to {planted.EMAIL}!")
    own = make("learning.ChatMessage", author=person, body="My own words")
    theirs += [stranger, note]
    before = [row.to_dict() for row in theirs]
    services().erase_person(user=person)
    assert [type(row).objects.get(pk=row.pk).to_dict() for row in theirs] == before
    for row in (named, own):
        row.refresh_from_db()
    assert named.body == f"Write to {MASK}!"
    assert own.body == MASK


def test_an_address_that_is_somebody_elses_by_now_stays_theirs():
    person = make("accounts.User", email=planted.FORMER_EMAIL)
    person.email = planted.EMAIL
    person.save()
    heir = make("accounts.User", email=planted.FORMER_EMAIL)
    customer = make("crm.Customer", email=planted.FORMER_EMAIL)
    services().erase_person(user=person)
    for row in (heir, customer):
        row.refresh_from_db()
        assert row.email == planted.FORMER_EMAIL
    assert customer.version == 1


@pytest.mark.parametrize("label", ["crm.ImportBatch", "accounts.User", "learning.Grade"])
def test_if_one_apps_part_fails_nothing_is_changed(world, erase, monkeypatch, label):
    """Wherever in the order: the first model, the last, one in between."""
    rewrite = personal.mask

    def fail(model, *args, **kwargs):
        if model._meta.label == label:
            raise RuntimeError(label)
        return rewrite(model, *args, **kwargs)

    if label == "accounts.User":
        monkeypatch.setattr(personal, "ERASERS", [lambda person: 1 / 0])
    monkeypatch.setattr(personal, "mask", fail)
    before = planted.everything()
    with pytest.raises((RuntimeError, ZeroDivisionError)):
        erase(world.user)
    assert planted.everything() == before


def test_an_export_is_complete_and_shows_no_key_secret_or_other_person(world):
    answer = services().export_person(user=world.user)
    data = answer["data"]
    text = json.dumps(answer, ensure_ascii=False)
    assert answer["person"] == world.user.pk
    assert {"accounts", "courses", "learning", "content", "crm"} <= data.keys()
    assert data["accounts"]["User"][0]["email"] == planted.EMAIL
    assert data["learning"]["Review"][0]["course.title"] == world.course.title
    assert {row["customer_code"] for row in data["crm"]["Customer"]} >= {planted.CODE}
    person = personal.identify(world.user.pk)
    for each in personal.declared():
        if each.export and person.keys[each.model]:
            assert data[each.model._meta.app_label][each.model._meta.object_name], each.model
    assert planted.OWN_WORDS in text
    assert "Paul Durand" not in text and world.other.email not in text
    assert world.user.password not in text and "snapshot_key" not in text and "secret" not in text
    assert model_of("accounts.UserActivity").objects.get(verb="EXPORTED").object_id == world.user.pk
