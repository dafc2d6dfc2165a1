import pytest
from allauth.account.models import EmailAddress
from allauth.core import context
from django.core.exceptions import ValidationError
from django.utils import translation

from accounts import services
from accounts.models import User, UserActivity
from accounts.roles import LEARNER, PARENT

from . import factories as make

pytestmark = pytest.mark.django_db

GOOD = {
    "email": " New@Example.ORG ",
    "full_name": " Zoé Martin ",
    "password": make.PASSWORD,
    "password_confirmation": make.PASSWORD,
    "role": LEARNER,
}


@pytest.mark.parametrize(("role", "profile"), [(LEARNER, "student_profile"), (PARENT, "parent_profile")])
def test_somebody_who_signs_up_gets_what_they_say_they_are_and_an_address_to_confirm(role, profile):
    with translation.override("en"):
        user = services.sign_up(**{**GOOD, "role": role, "phone": " 06 12 34 56 78 "})
    user = User.objects.get(pk=user.pk)
    assert (user.email, user.full_name, str(user.phone)) == (
        "New@example.org",
        "Zoé Martin",
        "+33 6 12 34 56 78",
    )
    assert user.check_password(make.PASSWORD)
    assert (user.locale, user.is_active, user.is_staff, user.is_superuser) == ("en", True, False, False)
    assert [group.name for group in user.groups.all()] == [role]
    assert getattr(user, profile) is not None
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        ("new@example.org", False, True)
    ]
    assert UserActivity.objects.about(user).get().verb == UserActivity.Verb.REGISTERED


def test_a_user_name_says_nothing_about_its_person():
    user = services.sign_up(**GOOD)
    assert not any(part in user.username for part in ("zoe", "zoé", "martin", "new"))


def test_every_field_is_answered_for_at_once_and_nothing_is_written():
    make.BlockedEmailDomainFactory(domain="bad.example")
    with pytest.raises(ValidationError) as caught:
        services.sign_up(
            email="a@bad.example",
            full_name=" ",
            password="short",
            password_confirmation="shorter",
            role="administrator",
            phone="12",
        )
    assert set(caught.value.message_dict) == {
        "email",
        "full_name",
        "password",
        "password_confirmation",
        "role",
        "phone",
    }
    assert not User.objects.exists()
    assert not UserActivity.objects.exists()


def test_a_known_address_is_neither_told_nor_written_and_takes_a_hash_all_the_same(monkeypatch):
    make.UserFactory(email="new@example.org")
    hashed = []
    monkeypatch.setattr(User, "set_password", lambda self, password: hashed.append(password))
    before = UserActivity.objects.count()
    assert services.sign_up_errors(**GOOD) == {}
    assert services.sign_up(**GOOD) is None
    assert hashed == [make.PASSWORD]
    assert (User.all_objects.count(), UserActivity.objects.count()) == (1, before)


def test_the_address_of_somebody_deleted_is_free_again():
    make.UserFactory(email="new@example.org").delete()
    assert services.sign_up(**GOOD) is not None


def test_a_user_name_of_the_dead_is_not_given_again(monkeypatch):
    make.UserFactory(username="u-taken").delete()
    names = iter(["taken", "free"])
    monkeypatch.setattr("accounts.services.registration.get_random_string", lambda *args: next(names))
    assert services.sign_up(**GOOD).username == "u-free"


def test_one_mail_confirms_or_tells_the_owner_and_no_second_follows_at_once(rf, mailoutbox):
    user = services.sign_up(**GOOD)
    owner = make.UserFactory(email="known@example.org")
    for email, person in (("new@example.org", user), (owner.email, None), (owner.email, None)):
        request = rf.post("/")
        with context.request_context(request):
            services.tell_about_sign_up(request=request, email=email, user=person)
    assert [mail.to for mail in mailoutbox] == [["new@example.org"], ["known@example.org"]]
    assert "/accounts/confirm-email/" in mailoutbox[0].body
    assert "/accounts/confirm-email/" not in mailoutbox[1].body
