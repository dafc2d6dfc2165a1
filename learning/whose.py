"""Whose work is whose: the learner's own, their parents' to follow, their teachers' to accompany.

A teacher sees what is done in their own courses by those who are currently enrolled there, and what is done in the
course of a tutoring session of theirs by those who have a seat in it. A booking opens no other course: whoever may make
sessions and bookings would widen their own reach by it.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from accounts.whose import VIEW_PROGRESS, is_child_of
from courses.whose import is_own_course, standing_seats


def current_enrollments() -> Any:
    """Enrolments that give rights: alive, not withdrawn, in a course that is not in the trash."""
    return apps.get_model("learning.Enrollment").objects.current().filter(course__is_deleted=False)


def enrolled_students(teacher: Any) -> Any:
    """The keys of the people who are enrolled in a course that this person instructs."""
    return current_enrollments().filter(course__instructor=teacher).values("user")


def enrolled_courses(user: Any) -> Any:
    """The keys of the courses that this person is enrolled in."""
    return current_enrollments().filter(user=user).values("course")


def is_tutored(teacher: Any, learner: str, course: str) -> Any:
    """The condition that who is at `learner` has a seat in a session of this teacher about the course at `course`."""
    seats = standing_seats(teacher)
    return Exists(seats.filter(student__user=OuterRef(learner), session__course=OuterRef(course)))


def is_taught(teacher: Any, learner: str, *courses: str) -> Any:
    """The condition that this teacher accompanies the work of the person at `learner` in the course at `courses`."""
    found: Any = Q(pk__in=[])
    for course in courses:
        found |= is_tutored(teacher, learner, course)
        # The course first, and the instructor again: so PostgreSQL looks for few enrolments, and among few.
        enrolled = current_enrollments().filter(course__instructor=teacher)
        here = Exists(enrolled.filter(user=OuterRef(learner), course=OuterRef(course)))
        found |= is_own_course(teacher, course) & here
    return found


def is_followed(user: Any, learner: str) -> Q:
    """The condition that this work is the person's own, or that of a child whose progress they may see."""
    return Q(**{learner: user}) | is_child_of(user, learner, VIEW_PROGRESS)
