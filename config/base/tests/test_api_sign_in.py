"""Signing in to the API by token and by session, and who no longer can."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.utils import timezone

from config.base.testing import api_client

from .helpers import make, model_of

pytestmark = [pytest.mark.urls("config.base.tests.api_urls"), pytest.mark.django_db]
STUDENTS = "/api/v1/test/students/"


def staff(*permissions, **values):
    return import_module("accounts.tests.factories").StaffFactory(permissions=permissions, **values)


def test_a_token_signs_in_and_a_person_may_have_several(superuser):
    first, second = api_client(superuser), api_client(superuser)
    assert first.get(STUDENTS).status_code == second.get(STUDENTS).status_code == 200


def test_a_token_is_stored_as_a_hash(superuser):
    from knox.models import AuthToken

    stored, text = AuthToken.objects.create(superuser)
    assert text not in (stored.digest, stored.token_key)
    assert stored.expiry > timezone.now()


def test_a_revoked_or_expired_token_is_refused(superuser):
    from knox.models import AuthToken

    client = api_client(superuser)
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert client.get(STUDENTS).status_code == 401
    client = api_client(superuser)
    AuthToken.objects.all().delete()
    assert client.get(STUDENTS).status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer x", "Bearer é", "Bearer " + "a" * 5000])
def test_a_malformed_token_is_401(client, header):
    assert client.get(STUDENTS, headers={"Authorization": header}).status_code == 401


@pytest.mark.parametrize("way", ["token", "session"])
def test_people_in_the_trash_and_inactive_people_are_out_at_once(way, client):
    def signed_in(person):
        if way == "token":
            return api_client(person)
        client.force_login(person)
        return client

    deleted, inactive = staff("accounts.view_studentprofile"), staff("accounts.view_studentprofile")
    for person in (deleted, inactive):
        browser = signed_in(person)
        assert browser.get(STUDENTS).status_code == 200
        if person is deleted:
            person.delete()
        else:
            person.is_active = False
            person.save()
        assert browser.get(STUDENTS).status_code == 401


def test_a_dead_row_is_refused_even_if_it_says_active(superuser):
    from knox.models import AuthToken
    from rest_framework.exceptions import AuthenticationFailed

    from config.base.api.authentication import TokenAuthentication

    stored, _text = AuthToken.objects.create(superuser)
    stored.user.is_deleted, stored.user.is_active = True, True
    with pytest.raises(AuthenticationFailed):
        TokenAuthentication().validate_user(stored)


def test_the_rights_are_checked_one_by_one():
    student = make("accounts.StudentProfile")
    url = f"{STUDENTS}{student.pk}/"
    changer = api_client(staff("accounts.change_studentprofile"))
    assert changer.get(url).status_code == 403
    answer = changer.patch(url, {"school": "X"}, format="json", headers={"If-Match": '"1"'})
    assert answer.status_code == 200
    assert changer.delete(url, headers={"If-Match": '"2"'}).status_code == 403
    assert changer.post(STUDENTS, {}, format="json").status_code == 403
    promoted = changer.post(f"{url}promote/", headers={"If-Match": '"2"'})
    assert promoted.status_code == 200
    adder = api_client(staff("accounts.add_studentprofile"))
    body = {"user": make("accounts.User").pk, "level": "ADULT"}
    assert adder.post(STUDENTS, body, format="json").status_code == 201


def test_rights_without_being_staff_open_nothing():
    person = make("accounts.User")
    view = model_of("auth.Permission").objects.get(codename="view_studentprofile")
    person.user_permissions.add(view)
    assert api_client(person).get(STUDENTS).status_code == 403
