import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from accounts.models import BlockedEmailDomain, Guardianship, StudentProfile, TeacherProfile, User
from config.base.values import Money

from . import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def errors_of(obj):
    with pytest.raises(ValidationError) as caught:
        obj.full_clean()
    return caught.value.message_dict


def test_an_email_is_unique_regardless_of_case():
    make.UserFactory(email="john@example.org")
    twin = make.UserFactory.build(email="JOHN@Example.org", password="x")
    assert errors_of(twin) == {"email": ["Somebody with this e-mail address exists already."]}
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_an_email_is_free_again_after_a_deletion():
    make.UserFactory(email="john@example.org").delete()
    assert make.UserFactory(email="john@example.org").pk


def test_a_user_name_is_never_given_out_again():
    make.UserFactory(username="john").delete()
    twin = make.UserFactory.build(username="John", password="x")
    assert errors_of(twin) == {"username": ["This user name is taken, or was once: choose another."]}
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


@pytest.mark.parametrize("username", ["john@home", "john doe", "", "a/b"])
def test_a_user_name_has_no_at_sign_and_no_space(username):
    assert "username" in errors_of(make.UserFactory.build(username=username, email="a@example.org"))


def test_the_database_refuses_a_user_name_with_an_at_sign():
    with pytest.raises(IntegrityError), transaction.atomic():
        make.UserFactory(username="john@home", email="a@example.org")


def test_what_people_type_is_stored_in_its_normal_form():
    user = make.UserFactory(
        username=" JohnDoe ", email=" John@EXAMPLE.Org ", full_name="Élodie ", phone="06 12 34 56 78"
    )
    user.refresh_from_db()
    assert (user.username, user.email, user.full_name) == ("johndoe", "John@example.org", "Élodie")
    assert user.phone.as_e164 == "+33612345678"


def test_both_spellings_of_an_international_domain_are_one_address():
    make.UserFactory(email="a@bücher.example")
    assert "email" in errors_of(make.UserFactory.build(email="a@xn--bcher-kva.example", password="x"))


@pytest.mark.parametrize("email", ["nobody", "a@b@c.org", "a b@example.org", "@example.org", "a@-x.org"])
def test_an_email_has_the_form_of_one(email):
    assert "email" in errors_of(make.UserFactory.build(email=email, password="x"))


@pytest.mark.parametrize(
    ("field", "value"), [("phone", "12"), ("time_zone", "Europe/Atlantis"), ("locale", "tlh")]
)
def test_a_value_that_means_nothing_is_refused(field, value):
    assert field in errors_of(make.UserFactory.build(password="x", **{field: value}))


def test_deleting_deactivates_and_restoring_does_not_reactivate():
    user = make.UserFactory()
    user.delete()
    assert not user.is_active
    user.restore()
    assert not User.objects.get(pk=user.pk).is_active


def test_the_database_refuses_an_active_person_in_the_trash():
    user = make.UserFactory()
    user.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.all_objects.filter(pk=user.pk).update(is_active=True)


def test_a_sign_in_is_no_version():
    user = make.UserFactory()
    user.last_login = timezone.now()
    user.save(update_fields=["last_login"])
    assert (User.objects.get().version, user.history.count()) == (1, 1)


def test_a_password_is_versioned_and_in_no_history():
    user = make.UserFactory()
    user.set_password("another long enough one")
    user.save()
    assert user.history.count() == 2
    assert not hasattr(user.history.first(), "password")
    assert "password" not in user.to_dict()


def test_hashing_a_password_anew_is_no_version(settings):
    user = make.UserFactory()
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    assert user.check_password(make.PASSWORD)
    stored = User.objects.get()
    assert stored.password.startswith("pbkdf2_sha256")
    assert (stored.version, stored.history.count()) == (1, 1)
    assert stored.check_password(make.PASSWORD)


@pytest.mark.parametrize("kind", ["Student", "Parent", "Teacher", "Admin"])
def test_a_person_has_one_profile_of_each_kind(kind):
    factory = getattr(make, f"{kind}ProfileFactory")
    profile = factory()
    assert list(errors_of(factory.build(user=profile.user))) == ["user"]
    profile.delete()
    other = factory(user=profile.user)
    assert getattr(profile.user, f"{kind.lower()}_profile") == other


def test_profiles_fall_with_their_person_and_come_back():
    profile = make.GuardianshipFactory().student
    profile.user.delete()
    assert not StudentProfile.objects.exists()
    assert not Guardianship.objects.exists()
    User.all_objects.get(pk=profile.user_id).restore()
    assert StudentProfile.objects.exists()
    assert Guardianship.objects.exists()


def test_a_parent_guards_a_student_once():
    pair = make.GuardianshipFactory()
    twin = make.GuardianshipFactory.build(parent=pair.parent, student=pair.student)
    assert errors_of(twin) == {"student": ["This parent is a guardian of this student already."]}


def test_a_student_has_one_first_contact():
    first = make.GuardianshipFactory(is_primary=True)
    second = make.GuardianshipFactory.build(
        parent=make.ParentProfileFactory(), student=first.student, is_primary=True
    )
    assert "This student has another first contact already." in str(errors_of(second))


def test_nobody_is_their_own_guardian():
    user = make.UserFactory()
    own = Guardianship(
        parent=make.ParentProfileFactory(user=user), student=make.StudentProfileFactory(user=user)
    )
    assert errors_of(own) == {"student": ["Nobody is their own guardian."]}


def test_an_hourly_rate_is_a_sum_of_money_or_nothing():
    teacher = make.TeacherProfileFactory()
    teacher.refresh_from_db()
    assert teacher.hourly_rate == Money("35.00", "EUR")
    assert TeacherProfile(user=teacher.user).hourly_rate is None
    teacher.hourly_rate_amount = "-1"
    assert "hourly_rate_amount" in errors_of(teacher)


def test_a_blocked_domain_is_stored_in_its_ascii_form():
    domain = make.BlockedEmailDomainFactory(domain=" Bücher.Example. ")
    assert domain.domain == "xn--bcher-kva.example"
    assert "domain" in errors_of(BlockedEmailDomain(domain="BÜCHER.example"))
    assert "domain" in errors_of(BlockedEmailDomain(domain="not a domain"))


def test_a_birth_date_is_past_and_plausible():
    tomorrow = timezone.localdate() + timezone.timedelta(days=1)
    assert "birth_date" in errors_of(
        make.StudentProfileFactory.build(user=make.UserFactory(), birth_date=tomorrow)
    )


def test_messages_name_the_person():
    assert str(make.UserFactory(full_name="Jane Smith")) == "Jane Smith"
    assert make.UserFactory(full_name="Jane Smith", username="j2").get_short_name() == "Jane"
