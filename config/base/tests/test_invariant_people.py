"""Invariants 12 and 13: no secret in history, and history outlives people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.db import transaction
from django.utils import timezone

from config.base.audit import audit_context
from config.base.exceptions import DomainError, StaleObjectError
from config.base.history import changes_between, prune_history, revert
from config.base.introspection import kernel_models

from .helpers import assert_true, is_append_only, make

EVERY_MODEL = pytest.mark.parametrize("model", kernel_models(), ids=lambda model: model._meta.label)
SECRET_WORDS = ("password", "secret", "token", "otp", "api_key", "private_key")

pytestmark = pytest.mark.django_db


@EVERY_MODEL
def test_invariant_12_no_secret_column_in_any_history_table(model):
    columns = {field.name for field in model.history.model._meta.fields}
    assert not columns & {*model.secret_fields, *model.untracked_fields}
    assert not [name for name in columns if any(word in name for word in SECRET_WORDS)]
    undeclared = {f.name for f in model._meta.fields if any(w in f.name for w in SECRET_WORDS)}
    assert undeclared <= set(model.secret_fields)


def test_invariant_12_a_changed_password_is_a_version_without_a_value():
    user = make("accounts.User")
    user.set_password("a-Password-nobody-guesses")
    user.save()
    newest = user.history.first()
    assert newest.version == user.version
    assert changes_between(newest, user.history.all()[1]) == []
    assert user.password not in str(vars(newest))


@pytest.mark.parametrize(
    "model", [m for m in kernel_models() if not is_append_only(m)], ids=lambda m: m._meta.label
)
def test_invariant_12_reverting_never_touches_the_version_or_the_deletion(model):
    obj = make(model)
    obj.save()
    revert(obj, obj.history.last())
    obj.refresh_from_db()
    assert (obj.version, obj.is_deleted, obj.deletion_id) == (3, False, None)
    assert_true(model)


def test_invariant_12_reverting_keeps_the_password_and_obeys_the_lock():
    user = make("accounts.User", full_name="Before")
    user.set_password("chosen-after-the-first-version")
    user.full_name = "After"
    user.save()
    stale = get_user_model().objects.get(pk=user.pk)
    revert(user, user.history.last())
    user.refresh_from_db()
    assert user.full_name == "Before"
    assert user.check_password("chosen-after-the-first-version")
    with pytest.raises(StaleObjectError), transaction.atomic():
        revert(stale, stale.history.last())
    with pytest.raises(DomainError):
        revert(make("accounts.User"), user.history.last())


def test_invariant_13_purging_a_person_keeps_their_number_in_the_history():
    editor = make("accounts.User")
    key = editor.pk
    with audit_context(actor=editor, reason="spelling"):
        subject = make("courses.Subject")
    editor.purge()
    subject.refresh_from_db()
    record = subject.history.first()
    assert (record.history_user_id, record.history_change_reason, subject.created_by_id) == (
        key,
        "spelling",
        key,
    )
    subject.full_clean()
    subject.save()


@EVERY_MODEL
def test_invariant_13_retention_keeps_the_newest_record_and_leaves_no_gap(model):
    alive, dead = make(model), make(model)
    if not is_append_only(model):
        for _ in range(3):
            alive.save()
    dead.delete()
    prune_history(older_than=timezone.now() + timedelta(days=1), model=model)
    assert list(alive.history.values_list("version", flat=True)) == [alive.version]
    assert list(dead.history.values_list("history_type", flat=True)) == ["-", "+"]
    dead.restore()
    assert_true(model)


def test_invariant_13_retention_drops_nothing_younger():
    subject = make("courses.Subject")
    subject.save()
    assert prune_history(older_than=timezone.now() - timedelta(days=1), model=type(subject)) == {
        "courses.Subject": 0
    }
    assert subject.history.count() == 2


def test_invariant_13_as_of_gives_one_row_per_object_alive_then():
    first, second = make("courses.Subject", name="One"), make("courses.Subject", name="Two")
    Subject = type(first)
    first.name = "One again"
    first.save()
    Subject.history.update(history_date=timezone.now() - timedelta(days=2))  # equal dates: versions decide
    second.delete()
    then, now = timezone.now() - timedelta(days=1), timezone.now()
    assert {(row.id, row.name) for row in Subject.history.as_of(then)} >= {
        (first.pk, "One again"),
        (second.pk, "Two"),
    }
    assert Subject.history.as_of(then).count() == Subject.all_objects.count()
    assert second.pk not in set(Subject.history.as_of(now).values_list("id", flat=True))


def test_invariant_13_a_deleted_user_signs_in_no_more(client, rf):
    user = make("accounts.User", is_staff=True)
    user.set_password("a-Password-nobody-guesses")
    user.save()
    client.force_login(user)
    assert client.get("/admin/").status_code == 200
    version = get_user_model().objects.get(pk=user.pk).version
    assert version == user.version, "a sign-in writes no history of the user"
    user.delete()
    assert client.get("/admin/").status_code == 302
    assert authenticate(rf.post("/"), username=user.username, password="a-Password-nobody-guesses") is None
