import re
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connections

from accounts import roles, services
from accounts.events import InvitationAccepted, PersonInvited
from accounts.models import Invitation, Role, User, UserActivity
from accounts.services.invitations import invitation_key
from config.base.clock import now_ms
from config.base.events import subscribe, unsubscribe
from config.base.exceptions import DomainError

from . import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invitation_page")]
SITE = "https://school.example/"
Verb = UserActivity.Verb


@pytest.fixture
def boss():
    return make.SuperuserFactory()


@pytest.fixture
def invitation():
    return make.InvitationFactory(role=role("teacher"))


def role(code):
    return Role.objects.get(code=code)


def invite(boss, **values):
    given = {"email": "new@example.org", "role": role("teacher"), "site": SITE, **values}
    return services.invite(inviter=boss, **given)


def accept(invitation, **values):
    given = {"key": invitation_key(invitation), "full_name": "New Person", "password": make.PASSWORD}
    return services.accept_invitation(**{**given, **values})


def codes(caught):
    return {name: [each.code for each in errors] for name, errors in caught.value.error_dict.items()}


@pytest.fixture
def heard():
    events = []
    for kind in (PersonInvited, InvitationAccepted):
        subscribe(kind, events.append)
    yield events
    for kind in (PersonInvited, InvitationAccepted):
        unsubscribe(kind, events.append)


@pytest.mark.parametrize(
    ("locale", "subject", "words"),
    [
        ("fr", "Votre invitation : Enseignant", "Choisissez votre mot de passe"),
        ("en", "Your invitation as: Teacher", "Choose your password"),
    ],
)
def test_the_invited_get_a_link_in_their_language(
    boss, heard, locale, subject, words, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        invitation = invite(boss, email=" New@Exämple.ORG ", full_name="Zoë <b>", locale=locale)
        assert not mail.outbox
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["New@exämple.org"], subject)
    html = message.alternatives[0].content
    key = invitation_key(invitation)
    for body in (message.body, html):
        assert words in body
        assert f"{SITE}accounts/invitation/{key}/" in body
    assert "Zoë <b>" in message.body
    assert "Zoë &lt;b&gt;" in html
    assert services.invitation_for(key) == invitation
    assert invitation.status == Invitation.Status.PENDING
    assert [type(event) for event in heard] == [PersonInvited]
    line = UserActivity.objects.about(invitation).get()
    assert (line.verb, line.user, line.detail) == (Verb.INVITED, boss, "teacher")


def test_inviting_answers_with_every_error_and_writes_nothing(boss):
    make.BlockedEmailDomainFactory(domain="bad.example")
    few = make.StaffFactory(permissions=["accounts.add_invitation"])
    with pytest.raises(ValidationError) as caught:
        invite(few, email="a@bad.example", locale="xx", full_name="x" * 151)
    assert set(codes(caught)) == {"email", "role", "locale", "full_name"}
    assert codes(caught)["email"] == ["blocked_domain"]
    assert codes(caught)["role"] == ["more_than_yours"]
    assert not Invitation.objects.exists()
    assert not UserActivity.objects.exists()


def test_nobody_invites_whom_the_site_knows_or_has_invited(boss):
    make.UserFactory(email="known@example.org")
    with pytest.raises(ValidationError) as caught:
        invite(boss, email="KNOWN@example.org")
    assert codes(caught) == {"email": ["email_taken"]}
    invite(boss)
    with pytest.raises(ValidationError) as caught:
        invite(boss, email="New@Example.org")
    assert not Invitation.objects.exclude(email="new@example.org").exists()


def test_nobody_invites_into_more_than_they_have(boss):
    held = role("teacher").group.permissions.values_list("content_type__app_label", "codename")
    inviter = make.StaffFactory(permissions=[".".join(name) for name in held])
    assert invite(inviter).pk
    with pytest.raises(ValidationError) as caught:
        invite(inviter, email="other@example.org", role=role("administrator"))
    assert codes(caught) == {"role": ["more_than_yours"]}
    with pytest.raises(DomainError) as refused:
        old = make.InvitationFactory(role=role("administrator"))
        services.resend_invitation(inviter=inviter, invitation=old, site=SITE)
    assert refused.value.code == "more_than_yours"


@pytest.mark.parametrize("code", roles.GROUP_NAMES)
def test_the_accepted_have_their_role_its_profile_and_a_confirmed_address(
    code, heard, django_capture_on_commit_callbacks
):
    invitation = make.InvitationFactory(role=role(code), locale="fr")
    with django_capture_on_commit_callbacks(execute=True):
        user = accept(invitation, phone="+33612345678")
    user = User.objects.get(pk=user.pk)
    assert (user.email, user.full_name, user.locale) == (invitation.email, "New Person", "fr")
    assert user.check_password(make.PASSWORD)
    assert list(user.groups.all()) == [role(code).group]
    assert (user.is_staff, user.is_superuser) == (code not in ("learner", "parent"), False)
    profiles = {
        "learner": user.student_profile,
        "parent": user.parent_profile,
        "teacher": user.teacher_profile,
        "staff": user.admin_profile,
    }
    assert [name for name, each in profiles.items() if each] == [code if code in profiles else "staff"]
    address = user.emailaddress_set.get()
    assert (address.email, address.verified, address.primary) == (user.email, True, True)
    invitation.refresh_from_db()
    assert invitation.status == Invitation.Status.ACCEPTED
    assert invitation.accepted_by == user
    line = UserActivity.objects.about(invitation).get()
    assert (line.verb, line.user, line.detail) == (Verb.INVITATION_ACCEPTED, user, code)
    assert heard[-1].user_id == user.pk


def test_a_person_may_say_another_name_language_and_user_name(invitation):
    user = accept(invitation, locale="fr", username="Jane")
    assert (user.username, user.locale) == ("jane", "fr")


def test_accepting_answers_with_every_error_and_writes_nothing(invitation):
    with pytest.raises(ValidationError) as caught:
        accept(invitation, full_name=" ", password="short", phone="12", username="a b", locale="xx")
    assert set(caught.value.message_dict) == {"full_name", "password", "phone", "username", "locale"}
    invitation.refresh_from_db()
    assert invitation.status == Invitation.Status.PENDING
    assert not User.objects.exists()


def refused(invitation, **values):
    people = User.objects.count()
    with pytest.raises(DomainError) as caught:
        accept(invitation, **values)
    assert User.objects.count() == people
    return caught.value.code


def test_an_invitation_is_good_once(invitation):
    accept(invitation)
    assert refused(invitation) == "used"


def test_an_invitation_expires(invitation):
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=now_ms() - timedelta(seconds=1))
    invitation.refresh_from_db()
    assert invitation.status == Invitation.Status.EXPIRED
    assert services.invitation_for(invitation_key(invitation)) == invitation
    assert refused(invitation) == "expired"


def test_a_withdrawn_invitation_is_worthless(invitation, boss):
    done = services.withdraw_invitation(invitation=invitation)
    again = services.withdraw_invitation(invitation=invitation)
    assert done.withdrawn_at == again.withdrawn_at
    assert UserActivity.objects.get().verb == Verb.INVITATION_WITHDRAWN
    assert refused(invitation) == "withdrawn"
    with pytest.raises(DomainError) as caught:
        services.resend_invitation(inviter=boss, invitation=invitation, site=SITE)
    assert caught.value.code == "withdrawn"


def test_an_accepted_invitation_is_neither_withdrawn_nor_sent_again(invitation, boss):
    accept(invitation)
    for service in (
        lambda: services.withdraw_invitation(invitation=invitation),
        lambda: services.resend_invitation(inviter=boss, invitation=invitation, site=SITE),
    ):
        with pytest.raises(DomainError) as caught:
            service()
        assert caught.value.code == "used"


def test_an_address_registered_meanwhile_is_taken(invitation, boss):
    make.UserFactory(email=invitation.email.upper())
    assert refused(invitation) == "email_taken"
    with pytest.raises(DomainError) as caught:
        services.resend_invitation(inviter=boss, invitation=invitation, site=SITE)
    assert caught.value.code == "email_taken"


def test_sending_again_renews_and_makes_the_older_link_worthless(
    invitation, boss, django_capture_on_commit_callbacks
):
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=now_ms() - timedelta(days=1))
    invitation.refresh_from_db()
    older = invitation_key(invitation)
    with django_capture_on_commit_callbacks(execute=True):
        renewed = services.resend_invitation(inviter=boss, invitation=invitation, site=SITE)
    assert renewed.status == Invitation.Status.PENDING
    newer = re.search(r"/accounts/invitation/([^/]+)/", mail.outbox[0].body)[1]
    assert services.invitation_for(newer) == invitation
    assert services.invitation_for(older) is None
    assert refused(invitation, key=older) == "invalid_key"
    assert accept(renewed).email == invitation.email


def test_sending_twice_at_once_still_makes_two_links(invitation, boss):
    first = invitation_key(services.resend_invitation(inviter=boss, invitation=invitation, site=SITE))
    assert first != invitation_key(services.resend_invitation(inviter=boss, invitation=invitation, site=SITE))


@pytest.mark.parametrize("key", ["", "nonsense", "a:b", "WzFd:x", "é", "\x00", "x" * 10_000])
def test_a_key_that_nobody_signed_is_none(key):
    assert services.invitation_for(key) is None
    with pytest.raises(DomainError) as caught:
        services.accept_invitation(key=key, full_name="A", password=make.PASSWORD)
    assert caught.value.code == "invalid_key"


def test_a_key_of_a_deleted_invitation_is_none(invitation):
    key = invitation_key(invitation)
    invitation.delete()
    assert services.invitation_for(key) is None


def test_a_mail_server_that_fails_leaves_the_invitation(
    boss, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def fail(self, *args, **kwargs):
        raise OSError("no mail server")

    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", fail)
    with django_capture_on_commit_callbacks(execute=True):
        assert invite(boss).pk
    assert "no mail server" in caplog.text


def test_what_is_stored_opens_nothing(invitation):
    key = invitation_key(invitation)
    stored = [str(value) for value in Invitation.objects.values_list().get()]
    assert not [value for value in stored if value in key and len(value) > 20]


@pytest.mark.django_db(transaction=True)
def test_two_who_accept_at_once_make_one_account():
    invitation = make.InvitationFactory()
    key = invitation_key(invitation)
    barrier, outcomes = threading.Barrier(2), []

    def run(number):
        barrier.wait()
        try:
            services.accept_invitation(key=key, full_name=f"Person {number}", password=make.PASSWORD)
            outcomes.append("accepted")
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["accepted", "used"]
    assert User.objects.filter(email=invitation.email).count() == 1
