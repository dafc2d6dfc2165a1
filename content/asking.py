"""Who asks for documents, and for whom."""

from __future__ import annotations

from typing import Any

from accounts.models import StudentProfile


def may_ask(user: Any) -> bool:
    """Teachers ask for themselves and for their students, students for themselves."""
    return user.teacher_profile is not None or user.student_profile is not None


def students_for(user: Any) -> Any:
    """The profiles of those for whom this person may ask: a teacher's students, and the person as a student."""
    own = StudentProfile.objects.filter(user=user)
    taught = StudentProfile.objects.taught_by(user) if user.teacher_profile else StudentProfile.objects.none()
    return (own | taught).select_related("user").order_by("user__full_name", "pk")
