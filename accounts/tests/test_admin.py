import pytest
from allauth.usersessions.models import UserSession
from knox.models import AuthToken

from accounts.models import StudentProfile, User, UserActivity
from accounts.services import create_token

from . import factories as make
from .admin_forms import NEW, PEOPLE, errors_of, form_of, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    user = make.SuperuserFactory(username="boss")
    client.force_login(user)
    return user


# People


def test_a_person_is_added_through_the_service(client, boss):
    answer = client.post(f"{PEOPLE}add/", NEW)
    assert answer.status_code == 302, errors_of(answer)
    user = User.objects.get(username="new")
    assert user.check_password(make.PASSWORD)
    assert (user.phone.as_e164, user.version, user.created_by) == ("+33612345678", 1, boss)
    assert UserActivity.objects.about(user).get().verb == "REGISTERED"


def test_a_person_may_be_added_without_a_password(client, boss):
    data = {**NEW, "usable_password": "false", "password1": "", "password2": ""}
    assert client.post(f"{PEOPLE}add/", data).status_code == 302
    assert not User.objects.get(username="new").has_usable_password()


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("email", "BOSS@example.org", "email"),
        ("email", "a@bad.example", "email"),
        ("username", "Boss", "username"),
        ("username", "a@b", "username"),
        ("phone", "12", "phone"),
        ("password2", "different", "password2"),
        ("time_zone", "Mars", "time_zone"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, boss, field, value, named):
    make.BlockedEmailDomainFactory(domain="bad.example")
    assert named in errors_of(client.post(f"{PEOPLE}add/", {**NEW, field: value}))
    assert User.objects.count() == 1


def test_a_person_is_changed_and_an_unchanged_form_writes_nothing(client, boss):
    user = make.UserFactory()
    answer = client.post(page_of(user), form_of(user))
    assert answer.status_code == 302, errors_of(answer)
    assert user.history.count() == 1
    client.post(page_of(user), form_of(user, full_name="Renamed"))
    assert User.objects.get(pk=user.pk).full_name == "Renamed"
    assert user.history.first().history_user_id == boss.pk
    assert User.objects.get(pk=user.pk).check_password(make.PASSWORD)


def test_a_profile_is_added_on_the_persons_page(client, boss):
    user = make.UserFactory()
    inline = {
        "student_profiles-TOTAL_FORMS": "1",
        "student_profiles-0-level": "ADULT",
        "student_profiles-0-school": "Lycée",
        "student_profiles-0-user": user.pk,
    }
    assert client.post(page_of(user), form_of(user, **inline)).status_code == 302
    assert StudentProfile.objects.get().user == user


def test_a_stale_page_is_refused(client, boss):
    user = make.UserFactory()
    data = form_of(user, full_name="Mine")
    User.objects.filter(pk=user.pk).update(full_name="Theirs")
    answer = client.post(page_of(user), data)
    assert answer.status_code == 200
    assert b"Mine" in answer.content
    assert User.objects.get(pk=user.pk).full_name == "Theirs"


@pytest.mark.parametrize("term", ["elodie", "DUPRÉ", "elodie@example"])
def test_people_are_searched_blind_to_case_and_accents(client, boss, term):
    make.UserFactory(username="elodie", full_name="Élodie Dupré")
    answer = client.get(PEOPLE, {"q": term})
    assert [user.username for user in answer.context["cl"].result_list] == ["elodie"]


def test_people_are_deactivated_and_activated_by_the_services(client, boss):
    users = [make.UserFactory(), make.UserFactory()]
    create_token(user=users[0])
    data = {"_selected_action": [user.pk for user in users]}
    client.post(PEOPLE, {**data, "action": "deactivate_selected"})
    assert not User.objects.filter(pk__in=data["_selected_action"], is_active=True).exists()
    assert not AuthToken.objects.exists()
    client.post(PEOPLE, {**data, "action": "activate_selected"})
    assert User.objects.active().count() == 3
    assert UserActivity.objects.about(users[0]).filter(user=boss).count() == 2


def test_a_new_password_is_set_and_the_old_one_signed_out(client, boss):
    user = make.UserFactory()
    create_token(user=user)
    page = page_of(user, "password")
    assert b"password1" in client.get(page).content
    data = {"usable_password": "true", "password1": "short", "password2": "short"}
    assert client.post(page, data).status_code == 200
    data = {"usable_password": "true", "password1": "a wholly new phrase", "password2": "a wholly new phrase"}
    answer = client.post(page, data)
    assert answer.status_code == 302, answer.context["form"].errors
    assert User.objects.get(pk=user.pk).check_password("a wholly new phrase")
    assert not AuthToken.objects.exists()


@pytest.mark.parametrize("page", ["/admin/password_change/", "own page"])
def test_one_changes_ones_own_password_on_the_sites_page_and_stays_signed_in(client, boss, page):
    page = page_of(boss, "password") if page == "own page" else page
    own = client.get(page)["Location"]
    data = {
        "oldpassword": make.PASSWORD,
        "password1": "a wholly new phrase",
        "password2": "a wholly new phrase",
    }
    assert client.post(own, data).status_code == 302
    assert User.objects.get(pk=boss.pk).check_password("a wholly new phrase")
    assert client.get("/admin/").status_code == 200


def test_nobody_in_the_trash_gets_a_password(client, boss):
    user = make.UserFactory()
    user.delete()
    for method in (client.get, client.post):
        assert method(page_of(user, "password")).status_code == 403


# Sessions and what a service owns


def test_a_session_is_ended_by_staff(client, boss):
    device = make.SuperuserFactory(username="other")
    from django.test import Client

    other = Client()
    other.post("/accounts/login/", {"login": "other", "password": make.PASSWORD})
    assert other.get("/admin/").status_code == 200
    session = UserSession.objects.get(user=device)
    page = client.get("/admin/usersessions/usersession/")
    assert session.session_key not in page.content.decode()
    client.post(
        "/admin/usersessions/usersession/", {"action": "end_selected", "_selected_action": [session.pk]}
    )
    assert other.get("/admin/").status_code == 302
    assert UserActivity.objects.filter(verb="SESSION_ENDED", user=boss, object_id=device.pk).exists()


def test_ending_a_session_needs_the_right(client):
    client.force_login(make.StaffFactory(permissions=["usersessions.view_usersession"]))
    session = UserSession.objects.create(user=make.UserFactory(), ip="10.0.0.1", session_key="k" * 32)
    data = {"action": "end_selected", "_selected_action": [session.pk]}
    client.post("/admin/usersessions/usersession/", data)
    assert UserSession.objects.filter(pk=session.pk).exists()


@pytest.mark.parametrize("name", ["accounts/useractivity", "accounts/role", "usersessions/usersession"])
def test_what_a_service_owns_is_read_only(client, boss, name):
    model = {"useractivity": make.UserActivityFactory, "role": make.RoleFactory}.get(name.split("/")[1])
    row = model() if model else UserSession.objects.create(user=boss, ip="10.0.0.1", session_key="k" * 32)
    assert client.get(f"/admin/{name}/add/").status_code == 403
    assert client.get(f"/admin/{name}/{row.pk}/change/").status_code == 200
    assert client.post(f"/admin/{name}/{row.pk}/change/", {}).status_code == 403
    assert client.post(f"/admin/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    "name",
    [
        "user",
        "studentprofile",
        "parentprofile",
        "guardianship",
        "teacherprofile",
        "adminprofile",
        "useractivity",
    ],
)
def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(
    client, boss, name, django_assert_max_num_queries, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    models = {
        "user": make.UserFactory,
        "studentprofile": make.StudentProfileFactory,
        "parentprofile": make.ParentProfileFactory,
        "guardianship": make.GuardianshipFactory,
        "teacherprofile": make.TeacherProfileFactory,
        "adminprofile": make.AdminProfileFactory,
        "useractivity": make.UserActivityFactory,
    }
    counts = []
    for number in (3, 20):
        models[name].create_batch(number)
        client.get(f"/admin/accounts/{name}/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/admin/accounts/{name}/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_children_are_edited_on_the_parents_page(client, boss):
    pair = make.GuardianshipFactory()
    page = client.get(f"/admin/accounts/parentprofile/{pair.parent.pk}/change/")
    assert page.status_code == 200
    assert str(pair.student) in page.content.decode()
    assert client.get(f"/admin/accounts/studentprofile/{pair.student.pk}/change/").status_code == 200


def test_a_persons_page_and_history_open(client, boss):
    user = make.StudentProfileFactory().user
    make.TeacherProfileFactory(user=user)
    for view in ("change", "history", "delete"):
        assert client.get(page_of(user, view)).status_code == 200
    assert client.get("/admin/").status_code == 200
