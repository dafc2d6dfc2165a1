"""One's courses, and what one has not read, on the first page of who is signed in."""

from __future__ import annotations

from typing import Any

from accounts.home import Part
from accounts.roles import GROUP_NAMES, LEARNER

from .models import ChatMessage
from .selectors import my_courses
from .services import complete_courses


def courses_of(user: Any) -> Part | None:
    """How far the person is in each of their courses, the latest activity first; without any, how to get one.

    For learners, and for whoever takes part in a course.
    """
    complete_courses(user=user)
    courses = my_courses(user)
    if not courses and not user.groups.filter(name=GROUP_NAMES[LEARNER]).exists():
        return None
    return Part("account/home_courses.html", {"courses": courses})


def unread_messages(user: Any) -> Part | None:
    """How many messages by others the person has not read; nothing without any."""
    number = ChatMessage.objects.unread_by(user).count()
    return Part("account/home_messages.html", {"number": number}) if number else None
