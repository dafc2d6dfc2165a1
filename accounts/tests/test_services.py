import pytest
from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from knox.models import AuthToken

from accounts import services
from accounts.events import UserActivated, UserDeactivated, UserRegistered
from accounts.models import User, UserActivity
from config.base.audit import audit_context
from config.base.events import subscribe, unsubscribe
from config.base.exceptions import DomainError, StaleObjectError

from . import factories as make

pytestmark = pytest.mark.django_db

GOOD = {"email": "new@example.org", "username": "new", "full_name": "New Person", "password": make.PASSWORD}


@pytest.fixture
def heard():
    events = []
    kinds = (UserRegistered, UserActivated, UserDeactivated)
    for kind in kinds:
        subscribe(kind, events.append)
    yield events
    for kind in kinds:
        unsubscribe(kind, events.append)


def test_registering_saves_records_and_announces_after_commit(heard, django_capture_on_commit_callbacks):
    boss = make.StaffFactory()
    with django_capture_on_commit_callbacks(execute=True), audit_context(actor=boss):
        user = services.register_user(**GOOD, phone="+33612345678", locale="en")
        assert heard == []
    assert [type(event) for event in heard] == [UserRegistered]
    assert heard[0].user_id == user.pk
    assert user.check_password(make.PASSWORD)
    assert (user.version, user.created_by, user.locale) == (1, boss, "en")
    line = UserActivity.objects.about(user).get()
    assert (line.verb, line.user) == (UserActivity.Verb.REGISTERED, boss)


def test_registering_answers_with_every_error_and_writes_nothing(heard, django_capture_on_commit_callbacks):
    make.BlockedEmailDomainFactory(domain="bad.example")
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ValidationError) as caught:
        services.register_user(
            email="a@bad.example",
            username="a@b",
            full_name=" ",
            password="short",
            phone="12",
            time_zone="Mars",
        )
    assert set(caught.value.message_dict) == {
        "email",
        "username",
        "full_name",
        "password",
        "phone",
        "time_zone",
    }
    assert not User.objects.exists()
    assert not UserActivity.objects.exists()
    assert heard == []


def test_without_a_password_nobody_signs_in():
    user = services.register_user(email="a@example.org", username="a", full_name="A")
    assert not user.has_usable_password()


@pytest.mark.parametrize("password", ["short", "123456789012", "new.person@example.org"])
def test_a_weak_password_is_refused(password):
    with pytest.raises(ValidationError) as caught:
        services.register_user(**{**GOOD, "email": "new.person@example.org", "password": password})
    assert set(caught.value.message_dict) == {"password"}


def test_deactivating_ends_every_way_in_and_announces_once(heard, client, django_capture_on_commit_callbacks):
    user = make.StaffFactory()
    client.force_login(user)
    services.create_token(user=user)
    with django_capture_on_commit_callbacks(execute=True):
        user.refresh_from_db()
        services.deactivate_user(user=user)
        services.deactivate_user(user=user)
    assert heard == [UserDeactivated(user_id=user.pk, occurred_at=heard[0].occurred_at)]
    assert not AuthToken.objects.exists()
    assert client.get("/admin/").status_code == 302
    assert user.history.count() == 2
    assert UserActivity.objects.filter(verb=UserActivity.Verb.DEACTIVATED).count() == 1


def test_activating_opens_nothing_old(heard, django_capture_on_commit_callbacks):
    user = make.UserFactory()
    services.create_token(user=user)
    user.delete()
    user.restore()
    user = User.objects.get(pk=user.pk)
    with django_capture_on_commit_callbacks(execute=True):
        services.activate_user(user=user)
        services.activate_user(user=user)
    assert User.objects.get(pk=user.pk).is_active
    assert [type(event) for event in heard] == [UserActivated]
    assert not AuthToken.objects.exists()


def test_nobody_is_activated_over_somebody_elses_change():
    user = make.UserFactory(is_active=False)
    stale = User.objects.get(pk=user.pk)
    user.full_name = "Changed Meanwhile"
    user.save()
    with pytest.raises(StaleObjectError):
        services.activate_user(user=stale)
    assert not User.objects.get(pk=user.pk).is_active


def test_the_deleted_are_not_activated():
    user = make.UserFactory()
    user.delete()
    with pytest.raises(StaleObjectError):
        services.activate_user(user=user)


def test_a_new_password_signs_out_what_used_the_old_one():
    user = make.UserFactory()
    services.create_token(user=user)
    services.set_password(user=user, password="quite another passphrase")
    assert User.objects.get().check_password("quite another passphrase")
    assert not AuthToken.objects.exists()
    with pytest.raises(ValidationError):
        services.set_password(user=user, password="short")


def test_a_token_is_stored_as_a_hash_and_expires():
    token, text = services.create_token(user=make.UserFactory())
    assert text not in (token.digest, token.token_key)
    assert token.expiry is not None


def test_what_people_did_is_never_changed():
    line = services.record_activity(
        verb=UserActivity.Verb.SIGNED_IN, user=make.UserFactory(), request_id="x" * 99
    )
    assert line.request_id == "x" * 64
    line.verb = UserActivity.Verb.SIGNED_OUT
    for change in (line.save, lambda: UserActivity.objects.update(verb=UserActivity.Verb.SIGNED_OUT)):
        with pytest.raises(DomainError) as caught:
            change()
        assert caught.value.code == "append_only"


def test_changing_the_password_keeps_the_way_in_that_it_is_done_by_and_no_other():
    user = make.UserFactory()
    kept, _text = services.create_token(user=user)
    services.create_token(user=user)
    for key in ("here", "elsewhere"):
        UserSession.objects.create(user=user, session_key=key, ip="192.0.2.1")
    services.change_password(
        user=user, password="an entirely different phrase", keep_session_key="here", keep_token=kept
    )
    assert user.check_password("an entirely different phrase")
    assert list(AuthToken.objects.all()) == [kept]
    assert [each.session_key for each in UserSession.objects.all()] == ["here"]
    line = UserActivity.objects.get(verb=UserActivity.Verb.PASSWORD_CHANGED)
    assert (line.user, line.object_id) == (user, user.pk)


def test_a_weak_new_password_changes_nothing():
    user = make.UserFactory()
    services.create_token(user=user)
    with pytest.raises(ValidationError) as caught:
        services.change_password(user=user, password="short")
    assert set(caught.value.message_dict) == {"password"}
    user.refresh_from_db()
    assert user.check_password(make.PASSWORD)
    assert AuthToken.objects.count() == 1
