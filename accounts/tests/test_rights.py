"""Whose people are whose: parents' children, teachers' students, and how far a teacher's role reaches."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group

from accounts.models import Guardianship, ParentProfile, Role, StudentProfile, TeacherProfile, User
from config.base.testing import api_client
from config.base.tests.admin_helpers import signed_in, text_of, url_of
from config.base.tests.helpers import make

from . import factories as fake

pytestmark = pytest.mark.django_db
CHILDREN = "/api/v1/me/children/"
PERMISSION = "accounts.view_studentprofile"


@pytest.fixture
def family():
    """Two parents of a child; the second may only book."""
    child = fake.StudentProfileFactory()
    first = fake.GuardianshipFactory(student=child, is_primary=True)
    second = fake.GuardianshipFactory(student=child, can_view_progress=False, can_book=True)
    fake.GuardianshipFactory()  # another family
    return child, first, second


def student_of(teacher_profile, **values):
    """A student with a booking in a session of this teacher."""
    session = make("courses.TutoringSession", teacher=teacher_profile)
    return make("courses.Booking", session=session, **values).student


def test_what_only_the_teachers_role_gives_is_not_held_everywhere():
    teacher = fake.TeacherFactory()
    assert teacher.has_perm(PERMISSION)
    assert not teacher.holds_everywhere(PERMISSION)
    assert fake.TeacherFactory(permissions=[PERMISSION]).holds_everywhere(PERMISSION)
    both = fake.TeacherFactory()
    both.groups.add(Group.objects.get(name="support"))
    assert both.holds_everywhere(PERMISSION)
    assert not both.holds_everywhere("courses.change_course"), "support does not change courses"
    assert fake.SuperuserFactory().holds_everywhere(PERMISSION)
    assert not fake.SuperuserFactory(is_active=False).holds_everywhere(PERMISSION)
    assert not fake.UserFactory().holds_everywhere(PERMISSION)


def test_a_role_in_the_trash_widens_nobodys_rights():
    teacher = fake.TeacherFactory()
    Role.objects.get(code="teacher").delete()
    assert not User.objects.get(pk=teacher.pk).holds_everywhere(PERMISSION)


def test_how_far_rights_reach_is_asked_once(django_assert_num_queries):
    teacher = User.objects.get(pk=fake.TeacherFactory().pk)
    with django_assert_num_queries(1):
        assert not teacher.holds_everywhere(PERMISSION)
        assert not teacher.holds_everywhere("courses.view_course")


def test_a_parent_sees_only_their_own_children(family):
    child, first, second = family
    for guardianship in (first, second):
        parent = guardianship.parent.user
        assert set(User.objects.visible_to(parent)) == {parent, child.user}
        assert set(StudentProfile.objects.visible_to(parent)) == {child}
        assert set(Guardianship.objects.visible_to(parent)) == {guardianship}, "not the other parent's"
        assert set(ParentProfile.objects.visible_to(parent)) == {guardianship.parent}
        assert parent.has_perm("accounts.view_user", child.user)
        assert parent.has_perm(PERMISSION, child)
        assert not parent.has_perm("accounts.change_studentprofile", child)
    assert set(Guardianship.objects.visible_to(child.user)) == {first, second}
    assert not child.user.has_perm("accounts.view_user", first.parent.user)
    for model in (User, StudentProfile, Guardianship, ParentProfile, TeacherProfile):
        assert not model.objects.visible_to(AnonymousUser()).exists()


def test_a_guardianship_gives_what_it_allows(family):
    _child, first, second = family
    held = Guardianship.objects.held_by
    assert set(held(first.parent.user, "can_view_progress")) == {first}
    assert not held(second.parent.user, "can_view_progress").exists()
    assert set(held(second.parent.user, "can_view_progress", "can_book")) == {second}


@pytest.mark.parametrize("dead", ["guardianship", "parent", "student"])
def test_what_is_in_the_trash_gives_no_right(family, dead):
    child, first, _second = family
    parent = first.parent.user
    {"guardianship": first, "parent": first.parent, "student": child}[dead].delete()
    assert set(User.objects.visible_to(parent)) == {parent}
    assert not parent.has_perm("accounts.view_user", child.user)
    assert api_client(parent).get(CHILDREN).json()["results"] == []


def test_a_parent_lists_their_children_and_what_they_may_do(family):
    child, first, second = family
    answer = api_client(second.parent.user).get(CHILDREN)
    (found,) = answer.json()["results"]
    assert (found["student"], found["full_name"]) == (child.user.pk, child.user.full_name)
    assert (found["can_view_progress"], found["can_book"]) == (False, True)
    assert child.user.email not in answer.content.decode()
    assert api_client(second.parent.user).get(f"{CHILDREN}{first.pk}/").status_code == 404
    assert api_client(None).get(CHILDREN).status_code == 401
    assert api_client(child.user).get(CHILDREN).json()["results"] == []


def test_a_teachers_students_are_theirs_alone():
    teacher = fake.TeacherFactory()
    profile = fake.TeacherProfileFactory(user=teacher)
    mine = student_of(profile)
    student_of(profile, status="CANCELLED")
    student_of(fake.TeacherProfileFactory())
    assert set(User.objects.students_of(teacher)) == {mine.user}
    assert set(User.objects.taught_by(teacher)) == {teacher, mine.user}
    assert set(StudentProfile.objects.taught_by(teacher)) == {mine}
    assert teacher.has_perm("accounts.view_user", mine.user)
    answer = api_client(teacher).get("/api/v1/accounts/student-profiles/")
    assert [row["id"] for row in answer.json()["results"]] == [mine.pk]


def test_a_teacher_sees_their_own_students_profiles_in_the_admin():
    teacher = fake.TeacherFactory()
    mine = student_of(fake.TeacherProfileFactory(user=teacher))
    other = fake.StudentProfileFactory(user__full_name="Somebody Else")
    browser = signed_in(permissions=[])
    browser.force_login(teacher)
    listed = browser.get(url_of("accounts.StudentProfile", "changelist")).context["cl"].result_list
    assert list(listed) == [mine]
    assert browser.get(url_of("accounts.StudentProfile", "change", mine.pk)).status_code == 200
    assert browser.get(url_of("accounts.StudentProfile", "change", other.pk)).status_code == 302
    query = {"app_label": "courses", "model_name": "booking", "field_name": "student", "term": ""}
    offered = browser.get("/admin/autocomplete/", query).json()["results"]
    assert [each["id"] for each in offered] == [str(mine.pk)]
    # A key in the address does not tell the name behind it.
    page = text_of(browser.get(url_of("courses.Booking", "changelist"), {"student__id__exact": other.pk}))
    assert "Somebody Else" not in page
    assert browser.get(url_of("accounts.User", "changelist")).status_code == 403


def test_a_teacher_who_is_a_parent_has_both():
    teacher = fake.TeacherFactory()
    mine = student_of(fake.TeacherProfileFactory(user=teacher))
    child = fake.GuardianshipFactory(parent__user=teacher).student
    assert set(StudentProfile.objects.visible_to(teacher)) == {mine, child}
    assert set(StudentProfile.objects.taught_by(teacher)) == {mine}, "in the back office they are a teacher"
    assert api_client(teacher).get(f"/api/v1/accounts/student-profiles/{child.pk}/").status_code == 404
