import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import Invitation, Role
from accounts.services.invitations import invitation_key

from . import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invitation_page")]

LIST = "/admin/accounts/invitation/"


@pytest.fixture
def administrator(client):
    user = make.StaffFactory()
    user.groups.add(Role.objects.get(code="administrator").group)
    client.force_login(user)
    return user


def act(client, action, *rows):
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(LIST, data, follow=True)


def test_staff_invite_in_the_admin(client, administrator, django_capture_on_commit_callbacks):
    role = make.RoleFactory()
    body = {"email": "new@example.org", "full_name": "", "role": role.pk, "locale": "en"}
    assert client.get(f"{LIST}add/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"{LIST}add/", body)
    assert answer.status_code == 302, answer.context["errors"]
    row = Invitation.objects.get()
    assert row.created_by == administrator
    assert invitation_key(row) in mail.outbox[0].body
    assert "http://testserver/accounts/invitation/" in mail.outbox[0].body


def test_every_error_shows_on_the_form(client, administrator):
    make.UserFactory(email="known@example.org")
    make.BlockedEmailDomainFactory(domain="bad.example")
    crm = Role.objects.get(code="crm-manager")
    crm.group.permissions.add(*_all_permissions())
    for email in ("known@example.org", "a@bad.example", "no address"):
        answer = client.post(f"{LIST}add/", {"email": email, "role": crm.pk, "locale": "en"})
        form = answer.context["adminform"].form
        assert set(form.errors) == {"email", "role"}, email
        assert all(len(errors) == 1 for errors in form.errors.values())
    assert not Invitation.objects.exists()


def _all_permissions():
    from django.contrib.auth.models import Permission

    return Permission.objects.all()


def test_an_invitation_is_looked_at_and_never_edited(client, administrator):
    row = make.InvitationFactory()
    url = reverse("admin:accounts_invitation_change", args=[row.pk])
    page = client.get(url)
    assert page.status_code == 200
    assert 'name="email"' not in page.content.decode()
    assert client.post(url, {"email": "other@example.org"}).status_code == 403
    assert invitation_key(row) not in page.content.decode()


def test_the_list_shows_what_became_of_each(client, administrator):
    make.InvitationFactory()
    withdrawn = make.InvitationFactory()
    act(client, "withdraw_selected", withdrawn)
    page = client.get(LIST).content.decode()
    assert "Pending" in page
    assert "Withdrawn" in page


def test_the_selected_are_sent_again_and_withdrawn(client, administrator, django_capture_on_commit_callbacks):
    rows = make.InvitationFactory.create_batch(2)
    with django_capture_on_commit_callbacks(execute=True):
        act(client, "resend_selected", *rows)
    assert len(mail.outbox) == 2
    act(client, "withdraw_selected", rows[0])
    rows[0].refresh_from_db()
    assert rows[0].status == Invitation.Status.WITHDRAWN
    page = act(client, "resend_selected", *rows).content.decode()
    assert "has been withdrawn" in page


def test_support_does_not_withdraw(client):
    user = make.StaffFactory()
    user.groups.add(Role.objects.get(code="support").group)
    client.force_login(user)
    row = make.InvitationFactory()
    page = client.get(LIST).content.decode()
    assert "resend_selected" in page
    assert "withdraw_selected" not in page
    act(client, "withdraw_selected", row)
    row.refresh_from_db()
    assert row.status == Invitation.Status.PENDING
