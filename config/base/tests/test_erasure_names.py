"""People choose what they are called: an erasure takes nobody else's words for it, and finds what proves itself."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from config.base.mentions import MASK, Kind, proven_forms, telling_forms

from . import personal_helpers as planted
from .helpers import make, model_of

pytestmark = pytest.mark.django_db

CHOSEN = ("div", "le résultat", "Château Margaux", "accounts.backends.EmailOrUsernameBackend")
WORDS = " · ".join(CHOSEN)


def rows():
    """{(table, row): {column: value}} of everything that is stored."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for number, row in enumerate(sorted(cursor.fetchall(), key=repr)):
                values = dict(zip(columns, row, strict=True))
                key = next(
                    (values[name] for name in ("history_id", "id", "session_key", "name") if name in values),
                    number,
                )
                found[table, key] = values
    return found


def others_that_changed(before, after, user):
    """Keys of rows that came, went or changed and are not the user's own."""
    own = {
        "accounts_user": "id",
        "accounts_historicaluser": "id",
        "account_emailaddress": "user_id",
        "accounts_useractivity": "object_id",
    }
    recorded = {row["id"] for (table, _), row in after.items() if table == "accounts_useractivity"} - {
        row["id"] for (table, _), row in before.items() if table == "accounts_useractivity"
    }

    def is_own(table, row):
        if table == "accounts_historicaluseractivity":
            return row["id"] in recorded
        return table in own and row[own[table]] == user.pk

    return sorted(
        (table, str(key))
        for table, key in before.keys() | after.keys()
        if before.get((table, key)) != after.get((table, key))
        and not is_own(table, before.get((table, key)) or after[table, key])
        and table != "sqlite_sequence"
    )


def others_words():
    """In rows of people who have nothing to do with whoever calls themselves so; a former version of each, too."""
    other, factories = (
        make("accounts.User", full_name="Paul Durand"),
        import_module("content.tests.factories"),
    )
    manifest = {**factories.MANIFEST, "values": {"title": WORDS}}
    request = make("content.DocumentRequest", requester=other)
    course = make("courses.Course", instructor=other, description=WORDS)
    brick = make("content.ContentBrick", title="Margaux", body=WORDS)
    import_module("content.services").publish_brick(brick=brick)
    texts = {
        "comment": make("learning.Review", course=course, comment=WORDS),
        "feedback": make("learning.Grade", feedback=WORDS),
        "body": make("courses.Lesson", course=course, body=WORDS),
        "biography": make("accounts.TeacherProfile", biography=WORDS),
        "school": make("accounts.StudentProfile", school=WORDS),
        "manifest": make(
            "content.GeneratedDocument",
            request=request,
            title=WORDS,
            html=f"<div>{WORDS}</div>",
            manifest=manifest,
        ),
    }
    for name, row in texts.items():
        if isinstance(getattr(row, name), str) and not row.append_only:
            setattr(row, name, f"{WORDS}!")
            row.save()
    make("crm.OrderLine", raw_label="Château Margaux 2015")
    make("crm.ContactEvent", campaign="Château Margaux")
    make("crm.AuditItem", message=WORDS, details={"value": CHOSEN[1]})
    make("accounts.BlockedEmailDomain", reason=WORDS)
    make("learning.ChatMessage", author=other, body=WORDS)
    backend = CHOSEN[3]
    for data in (
        {"_auth_user_id": str(other.pk), "_auth_user_backend": backend, "div": CHOSEN[0], "_messages": WORDS},
        {"account_login": {"user_pk": str(other.pk), "email": other.email, "state": {"by": backend}}},
    ):
        store = SessionStore()
        store.update(data)
        store.create()


@pytest.mark.parametrize("name", CHOSEN)
def test_no_name_that_somebody_chose_changes_anything_of_anybody_else(name):
    others_words()
    user = make("accounts.User", full_name=name, username="Former.Name")
    user.username = name.replace(" ", "").replace("é", "e").replace("â", "a")
    user.save()
    before = rows()
    import_module("accounts.services").erase_person(user=user)
    after = rows()
    assert others_that_changed(before, after, user) == []
    assert after["accounts_user", user.pk]["full_name"] == MASK


def test_an_address_that_somebody_only_claimed_is_not_taken_out_of_others_texts():
    claimed = "contact@ecole.example"
    lesson = make("courses.Lesson", body=f"Write to {claimed}")
    customer = make("crm.Customer", email=claimed, user=None)
    user = make("accounts.User")
    model_of("account.EmailAddress").objects.create(user=user, email=claimed, verified=False)
    before = rows()
    import_module("accounts.services").erase_person(user=user)
    assert others_that_changed(before, rows(), user) == []
    for row, version in ((lesson, 1), (customer, 1)):
        row.refresh_from_db()
        assert row.version == version


def test_a_phone_number_that_somebody_says_is_theirs_is_masked_in_linked_rows_only():
    """Nobody confirms it: it may be the school's."""
    user = make("accounts.User", phone=planted.PHONE)
    lesson = make("courses.Lesson", body=f"Call {planted.PHONE}")
    feedback = make("learning.Grade", attempt__user=user, feedback=f"I called {planted.PHONE}.")
    import_module("accounts.services").erase_person(user=user)
    lesson.refresh_from_db()
    feedback.refresh_from_db()
    assert planted.PHONE in lesson.body
    assert planted.PHONE not in feedback.feedback


def test_a_phone_that_somebody_else_has_too_proves_nothing():
    user, other = (make("accounts.User", phone=planted.PHONE) for _ in range(2))
    lesson = make("courses.Lesson", body=f"Call {planted.PHONE}")
    before = rows()
    import_module("accounts.services").erase_person(user=user)
    assert others_that_changed(before, rows(), user) == []
    lesson.refresh_from_db()
    other.refresh_from_db()
    assert planted.PHONE in lesson.body and other.phone == planted.PHONE


def test_what_proves_itself_vanishes_from_published_versions_and_their_fingerprints_follow():
    hashing = import_module("content.hashing")
    world = planted.build()
    version, pin, old = world.version, world.pin, world.version.sha256
    manifest = world.pinning.manifest
    manifest["bricks"][0] |= {"brick": version.brick.slug, "sha256": old}
    world.pinning.manifest = manifest
    world.pinning.save()
    import_module("accounts.services").erase_person(user=world.user)
    for row in (version, pin, world.pinning, version.brick):
        row.refresh_from_db()
    assert version.body == " · ".join([MASK] * 4) and version.source == MASK
    assert version.sha256 == hashing.text_sha256(**hashing.text_of(version)) == pin.sha256 != old
    assert world.pinning.manifest["bricks"][0]["sha256"] == version.sha256
    assert not version.brick.has_unpublished_changes
    assert world.pinning.html == ""
    assert not version.history.filter(sha256=old).exists() and not pin.history.filter(sha256=old).exists()


@pytest.mark.parametrize("name", CHOSEN)
def test_a_name_proves_nothing_and_a_single_word_not_even_in_linked_rows(name):
    assert not proven_forms(Kind.NAME, name) and not proven_forms(Kind.USERNAME, name)
    assert bool(telling_forms(Kind.NAME, name)) == (" " in name)
    assert not telling_forms(Kind.USERNAME, "resultat")
    for kind, short in ((Kind.ADDRESS, "12 cours"), (Kind.CODE, "A1"), (Kind.EMAIL, "div")):
        assert not proven_forms(kind, short)
