"""A person says what else they are here."""

from __future__ import annotations

from django.db import transaction

from ..models import ParentProfile, Role, StudentProfile
from ..roles import LEARNER, PARENT


@transaction.atomic
def open_own_profile(*, profile: StudentProfile | ParentProfile) -> StudentProfile | ParentProfile:
    """Save the first student's or parent's profile of a person, and put them into the group that goes with it.

    Nobody becomes a teacher or staff by themselves. A second profile is a conflict of the database.
    """
    profile.save()
    code = LEARNER if isinstance(profile, StudentProfile) else PARENT
    profile.user.groups.add(Role.all_objects.get(code=code).group)
    return profile
