"""Who may do what with which person, profile and guardianship: object permissions (see `config.base.rights`)."""

from __future__ import annotations

from typing import Any

import rules

from config.base.rights import allow, declare_rights, is_visible
from config.base.rows import own_rows

from .models import (
    AdminProfile,
    Guardianship,
    ParentProfile,
    StudentProfile,
    TeacherProfile,
    User,
    UserActivity,
)
from .whose import is_child_of, is_student_of


@rules.predicate
def is_self(user: Any, person: Any) -> bool:
    """Is this the person themselves?"""
    return person is not None and user.is_authenticated and user.is_active and user.pk == person.pk


@rules.predicate
def is_guardian_of(user: Any, person: Any) -> bool:
    """Does this person answer for that one?"""
    if person is None or not user.is_authenticated or not user.is_active:
        return False
    return bool(User.objects.filter(is_child_of(user, "pk"), pk=person.pk).exists())


@rules.predicate
def teaches(user: Any, person: Any) -> bool:
    """Is that one of this person's students?"""
    if person is None or not user.is_authenticated or not user.is_active:
        return False
    return bool(User.objects.filter(is_student_of(user, "pk"), pk=person.pk).exists())


own_rows(User, "taught_by", through="username")
own_rows(StudentProfile, "taught_by", through="user")
own_rows(ParentProfile, "taught_by", through="user")
own_rows(TeacherProfile, "taught_by", through="user")
own_rows(Guardianship, "taught_by", through="student")

declare_rights("accounts")
allow("view", User, is_self | is_guardian_of | teaches)
for _model in (StudentProfile, ParentProfile, TeacherProfile, AdminProfile, Guardianship, UserActivity):
    allow("view", _model, is_visible)
