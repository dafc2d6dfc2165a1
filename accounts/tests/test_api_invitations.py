import pytest
from django.core import mail

from accounts.models import Invitation, Role, User, UserActivity
from accounts.services.invitations import invitation_key
from config.base.testing import api_client, etag

from . import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invitation_page")]

INVITATIONS = "/api/v1/accounts/invitations/"
ACCEPT = f"{INVITATIONS}accept/"


def role(code):
    return Role.objects.get(code=code)


def problems(answer, status=400):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def accept(invitation, **values):
    given = {
        "key": invitation_key(invitation),
        "full_name": " Zoë  Martin ",
        "password": make.PASSWORD,
        "password_confirmation": make.PASSWORD,
        **values,
    }
    return api_client(None).post(ACCEPT, given, format="json")


def test_staff_invite_send_again_and_withdraw(staff_api, django_capture_on_commit_callbacks):
    body = {"email": "new@example.org", "role": role("teacher").pk, "locale": "en"}
    with django_capture_on_commit_callbacks(execute=True):
        made = staff_api.post(INVITATIONS, body, format="json")
    assert made.status_code == 201, made.content
    assert made.json()["status"] == "PENDING"
    row = Invitation.objects.get()
    assert invitation_key(row) in mail.outbox[0].body
    assert invitation_key(row) not in made.content.decode()
    url = f"{INVITATIONS}{row.pk}/"
    assert staff_api.post(f"{url}resend/").status_code == 428
    with django_capture_on_commit_callbacks(execute=True):
        again = staff_api.post(f"{url}resend/", headers={"If-Match": made["ETag"]})
    assert again.status_code == 200
    assert again.json()["expires_at"] > made.json()["expires_at"]
    assert len(mail.outbox) == 2
    ended = staff_api.post(f"{url}withdraw/", headers={"If-Match": again["ETag"]})
    assert ended.json()["status"] == "WITHDRAWN"
    refused = staff_api.post(f"{url}resend/", headers={"If-Match": ended["ETag"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "withdrawn")


def test_an_invitation_is_neither_edited_nor_deleted(staff_api):
    row = make.InvitationFactory()
    for method in (staff_api.put, staff_api.patch, staff_api.delete):
        assert method(f"{INVITATIONS}{row.pk}/", {}, headers={"If-Match": etag(row)}).status_code == 405


def test_every_error_of_an_invitation_is_in_one_answer():
    client = api_client(make.StaffFactory(permissions=["accounts.add_invitation"]))
    body = {"email": "no address", "role": role("administrator").pk, "full_name": "x" * 151, "locale": "xx"}
    answer = client.post(INVITATIONS, body, format="json")
    assert set(problems(answer)) == {"email", "full_name", "locale"}
    make.UserFactory(email="known@example.org")
    body = {"email": "known@example.org", "role": role("administrator").pk}
    answer = client.post(INVITATIONS, body, format="json")
    assert problems(answer) == {"email": "email_taken", "role": "more_than_yours"}
    assert problems(client.post(INVITATIONS, {"no_key": 1}, format="json"))["no_key"] == "unknown"
    assert not Invitation.objects.exists()


def test_support_invites_and_does_not_withdraw():
    person = make.StaffFactory()
    person.groups.add(role("support").group)
    client = api_client(person)
    make.BlockedEmailDomainFactory(domain="bad.example")
    made = client.post(INVITATIONS, {"email": "new@example.org", "role": role("support").pk}, format="json")
    assert made.status_code == 201, made.content
    url = f"{INVITATIONS}{made.json()['id']}/"
    assert client.post(f"{url}withdraw/", headers={"If-Match": made["ETag"]}).status_code == 403
    assert client.post(f"{url}resend/", headers={"If-Match": made["ETag"]}).status_code == 200
    answer = client.post(
        INVITATIONS, {"email": "a@bad.example", "role": role("administrator").pk}, format="json"
    )
    assert problems(answer) == {"email": "blocked_domain", "role": "more_than_yours"}


def test_the_invited_come_in_over_the_api():
    invitation = make.InvitationFactory(role=role("learner"))
    answer = accept(invitation, phone="06 12 34 56 78", locale="fr", username="Zoë.M")
    assert answer.status_code == 201, answer.content
    user = User.objects.get(pk=answer.json()["user"])
    assert answer.json() == {"user": user.pk, "email": invitation.email, "username": "zoë.m"}
    assert (user.full_name, str(user.phone), user.locale) == ("Zoë  Martin", "+33 6 12 34 56 78", "fr")
    assert user.student_profile
    token = api_client(None).post(
        "/api/v1/accounts/login/", {"username": user.email, "password": make.PASSWORD}, format="json"
    )
    assert token.status_code == 200
    again = accept(invitation)
    assert (again.status_code, again.json()["code"]) == (409, "used")


def test_every_error_of_an_acceptance_is_in_one_answer_and_nothing_is_written():
    invitation = make.InvitationFactory()
    activities = UserActivity.objects.count()
    answer = accept(
        invitation,
        key="wrong",
        full_name=" ",
        password="short",
        password_confirmation="other",
        phone="12",
        username="a b",
        locale="xx",
        colour="blue",
    )
    assert set(problems(answer)) == {
        "key",
        "full_name",
        "password",
        "password_confirmation",
        "phone",
        "username",
        "locale",
        "colour",
    }
    make.UserFactory(username="taken")
    assert problems(accept(invitation, username="taken")) == {"username": "unique"}
    invitation.refresh_from_db()
    assert invitation.status == Invitation.Status.PENDING
    assert (User.objects.count(), UserActivity.objects.count()) == (1, activities)


@pytest.mark.parametrize("body", ["x", [], 1, None, {"key": ["a"], "password": {}, "full_name": 1.5}])
def test_nonsense_is_a_bad_request(body):
    assert api_client(None).post(ACCEPT, body, format="json").status_code == 400
