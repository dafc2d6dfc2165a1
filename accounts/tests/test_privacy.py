"""Exporting and erasing a person: who may be, what is left of them here, and who said so.

What an erasure takes out of the other apps is searched for in config/base/tests/test_erasure.py.
"""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.db import transaction
from knox.models import AuthToken

from accounts.models import Guardianship, User, UserActivity
from accounts.services import activate_user, create_token, erase_person, export_person
from config.base.audit import audit_context
from config.base.exceptions import DomainError
from config.base.tests.helpers import race

from . import factories as make

pytestmark = pytest.mark.django_db


def verbs():
    return list(UserActivity.objects.order_by("pk").values_list("verb", "user_id", "object_id"))


def test_the_log_says_who_exported_and_who_erased():
    boss, user = make.SuperuserFactory(), make.UserFactory()
    with audit_context(actor=boss):
        export_person(user=user)
        erase_person(user=user)
    assert verbs() == [
        ("EXPORTED", boss.pk, user.pk),
        ("DEACTIVATED", boss.pk, user.pk),
        ("ERASED", boss.pk, user.pk),
    ]


def test_the_history_says_when_and_why_and_former_versions_hold_nothing():
    user = make.UserFactory(full_name="Lucie Ancienne")
    user.full_name = "Lucie Nouvelle"
    user.save()
    erase_person(user=user)
    records = list(user.history.order_by("version"))
    assert [each.version for each in records] == list(range(1, user.version + 1))
    assert {each.full_name for each in records} == {"[…]"}
    assert {each.email for each in records} == {user.email}
    assert records[-1].history_change_reason == "erasure"
    assert records[0].is_active and not records[-1].is_active  # what happened stays


def test_who_had_which_rights_stays_in_the_history():
    make.SuperuserFactory()
    user = make.SuperuserFactory()
    erase_person(user=user)
    assert user.history.get(version=1).is_superuser
    assert not user.is_superuser and not user.is_staff


def test_the_last_active_superuser_is_not_erased():
    user = make.SuperuserFactory()
    make.SuperuserFactory(is_active=False)
    with pytest.raises(DomainError) as refused:
        erase_person(user=user)
    assert refused.value.code == "last_superuser"
    user.refresh_from_db()
    assert user.version == 1 and not user.is_erased


def test_nobody_is_guardian_of_or_guarded_by_somebody_erased():
    guardianship = make.GuardianshipFactory()
    other = make.GuardianshipFactory()
    erase_person(user=guardianship.student.user)
    assert list(Guardianship.all_objects.all()) == [other]


def test_an_erased_person_is_not_activated_again():
    user = make.UserFactory()
    erase_person(user=user)
    with pytest.raises(DomainError) as refused:
        activate_user(user=user)
    assert refused.value.code == "erased"


def test_a_neutral_name_that_somebody_took_on_purpose_is_passed_over():
    user = make.UserFactory()
    squatter = make.UserFactory(username=f"erased-{user.pk}", email=f"erased-{user.pk}-x@erased.invalid")
    erase_person(user=user)
    assert user.username == f"erased-{user.pk}-x-x"
    assert user.is_erased and not squatter.is_erased
    erase_person(user=squatter)  # and is erased like anybody
    assert squatter.is_erased


def test_no_token_or_session_is_made_for_somebody_erased():
    user = make.UserFactory()
    erase_person(user=user)
    with pytest.raises(PermissionDenied), transaction.atomic():
        create_token(user=user)
    with pytest.raises(PermissionDenied), transaction.atomic():
        UserSession.objects.create(user=user, session_key="k", ip="192.0.2.1", user_agent="x")
    assert not AuthToken.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_last_superusers_who_erase_each_other_one_stays():
    first, second = make.SuperuserFactory(), make.SuperuserFactory()
    outcomes = race(lambda: erase_person(user=first), lambda: erase_person(user=second))
    assert outcomes == {"done": 1, "DomainError": 1}
    assert User.objects.filter(is_superuser=True, is_active=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_sign_in_or_a_save_during_the_erasure_leaves_nothing_behind():
    user = make.UserFactory(full_name="Lucie Fuyante")
    profile = make.StudentProfileFactory(user=user)
    held = User.objects.get(pk=user.pk)

    def save():
        profile.learning_goals = "Lucie Fuyante"
        profile.save()

    race(lambda: erase_person(user=user), lambda: create_token(user=held), save)
    assert not AuthToken.objects.exists()
    profile.refresh_from_db()
    assert profile.learning_goals == ""
    assert not profile.history.filter(learning_goals__contains="Lucie").exists()
