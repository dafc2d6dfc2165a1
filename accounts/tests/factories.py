"""One factory per model; each builds a valid row with the parents it needs."""

from __future__ import annotations

from typing import Any

import factory
from django.contrib.auth.models import Group, Permission
from factory.django import DjangoModelFactory

from accounts import models

#: The password of every person a factory makes.
PASSWORD = "correct horse battery staple"


class UserFactory(DjangoModelFactory):
    """`permissions=["accounts.view_user"]` grants by name; `password=None` leaves none to sign in with."""

    class Meta:
        model = models.User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda number: f"user{number}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    full_name = factory.Sequence(lambda number: f"Camille Martin {number}")
    locale = "en"
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def permissions(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if not extracted:
            return
        for name in extracted:
            app_label, codename = name.split(".")
            found = Permission.objects.get(content_type__app_label=app_label, codename=codename)
            self.user_permissions.add(found)


class StaffFactory(UserFactory):
    """Somebody who may enter the back office, with the permissions given and no others."""

    is_staff = True


class SuperuserFactory(StaffFactory):
    is_superuser = True


class StudentProfileFactory(DjangoModelFactory):
    class Meta:
        model = models.StudentProfile

    user = factory.SubFactory(UserFactory)
    level = models.StudentProfile.Level.TROISIEME
    school = "Collège Jules-Ferry"
    learning_goals = "Understand fractions."


class ParentProfileFactory(DjangoModelFactory):
    class Meta:
        model = models.ParentProfile

    user = factory.SubFactory(UserFactory)


class GuardianshipFactory(DjangoModelFactory):
    class Meta:
        model = models.Guardianship

    parent = factory.SubFactory(ParentProfileFactory)
    student = factory.SubFactory(StudentProfileFactory)


class TeacherProfileFactory(DjangoModelFactory):
    class Meta:
        model = models.TeacherProfile

    user = factory.SubFactory(UserFactory)
    headline = "Mathematics, patiently"
    hourly_rate_amount = "35.00"
    hourly_rate_currency = "EUR"


class AdminProfileFactory(DjangoModelFactory):
    class Meta:
        model = models.AdminProfile

    user = factory.SubFactory(UserFactory)
    department = "Studies"
    job_title = "Coordinator"


class BlockedEmailDomainFactory(DjangoModelFactory):
    class Meta:
        model = models.BlockedEmailDomain

    domain = factory.Sequence(lambda number: f"throwaway{number}.example.net")
    reason = "Throw-away addresses"


class RoleFactory(DjangoModelFactory):
    class Meta:
        model = models.Role

    code = factory.Sequence(lambda number: f"role-{number}")
    group = factory.LazyAttribute(lambda role: Group.objects.create(name=f"group of {role.code}"))


class UserActivityFactory(DjangoModelFactory):
    class Meta:
        model = models.UserActivity

    user = factory.SubFactory(UserFactory)
    verb = models.UserActivity.Verb.SIGNED_IN


class InvitationFactory(DjangoModelFactory):
    class Meta:
        model = models.Invitation

    email = factory.Sequence(lambda number: f"invited{number}@example.org")
    full_name = factory.Sequence(lambda number: f"Dominique Petit {number}")
    role = factory.SubFactory(RoleFactory)
    locale = "en"


class TeacherFactory(StaffFactory):
    """Somebody in the back office with the rights of the teacher's role, and no others."""

    @factory.post_generation
    def role(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        self.groups.add(models.Role.objects.get(code="teacher").group)
