"""What this app holds of people; see `config.base.personal`.

What is taught is published under its teacher's name, and is searched for that name; it is not searched for learners'
names, because a learner may be called like somebody whom a lesson is about. Addresses are looked for in all of
it.
"""

from __future__ import annotations

from django.db.models import Q

from config.base.personal import Own, Person, by_user, declare, leave, nobodys

from .models import Course

ADDRESS = "Part of an address, made from the title of what is taught."


def _ever_taught(person: Person) -> Q:
    """Courses of which the person is or ever was the instructor."""
    records = Course.history.model._base_manager.filter(instructor__any_of=sorted(person.users))
    return Q(instructor__any_of=sorted(person.users)) | Q(pk__in=records.order_by().values("id"))


def _within(path: str) -> Own:
    """What belongs to these courses."""
    return lambda person: Q(**{f"{path}__any_of": sorted(person.rows("courses.Course"))})


declare(
    "courses.Course",
    own=_ever_taught,
    export=("title", "slug", "status", "published_at"),
    mention=("title", "summary", "description"),
    impersonal={"slug": ADDRESS, "price_currency": "A currency."},
)
declare(
    "courses.Lesson",
    own=_within("course"),
    mention=("title", "body"),
    impersonal={"slug": ADDRESS},
)
declare(
    "courses.Video",
    own=_within("lesson__course"),
    mention=("title",),
    impersonal={"url": "Where a film lies.", "captions_url": "Where its words lie."},
)
declare(
    "courses.Exercise",
    own=_within("lesson__course"),
    mention=("title", "prompt", "explanation"),
    proven=("options", "answer"),  # together, so that they go on fitting each other
)
declare(
    "courses.Quiz",
    own=lambda person: _within("course")(person) | _within("lesson__course")(person),
    mention=("title",),
)
leave("courses.QuizItem", "Which exercise is in which quiz.")
declare(
    "courses.TutoringSession",
    own=by_user("teacher__user"),
    export=("formula__name", "course__title", "starts_at", "ends_at", "capacity", "location", "status"),
    mention=("location",),
)
declare(
    "courses.Booking",
    own=by_user("student__user"),
    export=("session__formula__name", "status", "starts_at", "ends_at"),
)
declare(
    "courses.FormulaPurchase",
    own=by_user("student__user"),
    export=("formula__name", "sessions_bought", "price_amount", "price_currency", "purchased_at"),
    mention=("note",),
    impersonal={"price_currency": "A currency."},
)
declare("courses.CalendarFeed", own=by_user("user"), export=("created_at",), purge=True)
declare("courses.Formula", own=nobodys, proven=("name",), impersonal={"price_currency": "A currency."})
leave("courses.Subject", "What is taught, not by whom.")
