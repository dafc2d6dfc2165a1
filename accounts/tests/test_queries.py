import pytest

from accounts.models import BlockedEmailDomain, StudentProfile, TeacherProfile, User, UserActivity

from . import factories as make

pytestmark = pytest.mark.django_db


def test_a_person_is_found_by_email_regardless_of_case():
    user = make.UserFactory(email="Jane.Smith@example.org")
    assert User.objects.get_by_email("jane.smith@EXAMPLE.org ") == user
    with pytest.raises(User.DoesNotExist):
        User.objects.get_by_email("jane@example.org")


def test_a_person_is_found_by_user_name_regardless_of_case():
    user = make.UserFactory(username="jane")
    assert User.objects.get_by_username("JANE") == user


def test_the_deleted_are_not_found():
    user = make.UserFactory(username="jane", email="jane@example.org")
    user.delete()
    for query in (
        lambda: User.objects.get_by_email("jane@example.org"),
        lambda: User.objects.get_by_username("jane"),
    ):
        with pytest.raises(User.DoesNotExist):
            query()


def test_a_fixture_finds_the_deleted_too():
    user = make.UserFactory(username="jane")
    user.delete()
    assert User.objects.get_by_natural_key("jane") == user


def test_active_and_superusers():
    boss = make.SuperuserFactory()
    make.UserFactory(is_active=False)
    plain = make.UserFactory()
    assert set(User.objects.active()) == {boss, plain}
    assert set(User.objects.superusers()) == {boss}
    assert set(User.objects.staff()) == {boss}


@pytest.mark.parametrize("term", ["elodie", "ÉLODIE", "dupré élo", "  dupre "])
def test_a_name_is_found_blind_to_case_accents_and_order(term):
    user = make.UserFactory(full_name="Élodie Dupré")
    make.UserFactory(full_name="Jean Petit")
    assert list(User.objects.search_by_name(term)) == [user]


def test_a_percent_sign_is_only_itself():
    make.UserFactory(full_name="Jean Petit")
    assert not User.objects.search_by_name("%")
    assert User.objects.search_by_name("").count() == 1


@pytest.mark.parametrize("email", ["a@bad.example", "a@BAD.example", "a@mail.bad.example"])
def test_a_blocked_domain_blocks_what_lies_under_it(email):
    make.BlockedEmailDomainFactory(domain="bad.example")
    assert BlockedEmailDomain.objects.blocks(email)


@pytest.mark.parametrize(
    "email", ["a@example", "a@notbad.example", "bad.example@good.example", "", "nonsense"]
)
def test_other_domains_are_not_blocked(email):
    make.BlockedEmailDomainFactory(domain="bad.example")
    assert not BlockedEmailDomain.objects.blocks(email)


def test_the_children_of_a_parent():
    pair = make.GuardianshipFactory()
    make.GuardianshipFactory()
    ended = make.GuardianshipFactory(parent=pair.parent)
    ended.delete()
    assert list(StudentProfile.objects.children_of(pair.parent)) == [pair.student]


def test_teachers_with_room():
    free = make.TeacherProfileFactory()
    make.TeacherProfileFactory(is_accepting_students=False)
    make.TeacherProfileFactory(user__is_active=False)
    assert list(TeacherProfile.objects.accepting_students()) == [free]


def test_what_was_done_to_somebody():
    user = make.UserFactory()
    line = make.UserActivityFactory(object_type="accounts.user", object_id=user.pk)
    make.UserActivityFactory()
    assert list(UserActivity.objects.about(user)) == [line]


def test_profiles_of_prefetched_people_cost_no_query(django_assert_num_queries):
    for _ in range(3):
        make.StudentProfileFactory()
    with django_assert_num_queries(2):
        assert all(user.student_profile for user in User.objects.prefetch_related("student_profiles"))
