"""The booking calendar: a week or a month of sessions, with the seats that are taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import TeacherProfile
from config.base.api.fields import as_key

from ..availability import with_seats
from ..services.sessions import is_to_come

#: How many sessions a day of a month shows; the others are on the page of its week.
IN_A_CELL = 5
VIEWS = ("week", "month")
NAME = "courses_tutoringsession_calendar"


@dataclass(frozen=True)
class Day:
    """A day of the calendar with its sessions in order; `more` are not shown."""

    date: date
    is_today: bool
    is_outside: bool
    week_url: str
    sessions: list[Any] = field(default_factory=list)
    more: int = 0


@dataclass(frozen=True)
class Period:
    """What a page shows: whole weeks from Monday on, `first` to before `last`."""

    view: str
    day: date
    first: date
    last: date
    previous: date
    following: date

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The first moment and the first one after."""
        return _midnight(self.first), _midnight(self.last)

    @property
    def last_day(self) -> date:
        return self.last - timedelta(days=1)


def period_of(view: str, day: date) -> Period:
    """The week of this day, or the weeks of its month."""
    monday = day - timedelta(days=day.weekday())
    week = timedelta(days=7)
    if view == "week":
        return Period(view, day, monday, monday + week, day - week, day + week)
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    start = first - timedelta(days=first.weekday())
    last = following + timedelta(days=-following.weekday() % 7)
    return Period(view, day, start, last, (first - timedelta(days=1)).replace(day=1), following)


class CalendarMixin:
    """Mixed into the admin of sessions."""

    calendar_template = "admin/courses/tutoringsession/calendar.html"
    menu_pages: ClassVar[Any] = (
        (
            gettext_lazy("Booking calendar"),
            "calendar_view_week",
            f"admin:{NAME}",
            "courses.view_tutoringsession",
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.calendar_view)  # type: ignore[attr-defined]
        return [path("calendar/", view, name=NAME), *super().get_urls()]  # type: ignore[misc]

    def calendar_view(self, request: HttpRequest) -> HttpResponse:
        """`?view=week|month&day=2030-01-07&teacher=3`; what is none of these is today's week of everybody."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        view = request.GET.get("view", "")
        period = period_of(view if view in VIEWS else "week", _parse(request.GET.get("day", "")))
        starts, ends = period.bounds
        rows = self.get_queryset(request).between(starts, ends)  # type: ignore[attr-defined]
        teachers = TeacherProfile.all_objects.filter(pk__in=rows.order_by().values("teacher"))
        chosen = as_key(request.GET.get("teacher", ""))
        if chosen is not None:
            rows = rows.filter(teacher=chosen)
            teachers |= TeacherProfile.all_objects.filter(pk=chosen, pk__in=self._teachers(request))
        asked = Count("bookings", filter=Q(bookings__is_deleted=False, bookings__status="REQUESTED"))
        sessions = with_seats(rows.select_related("teacher__user", "formula", "course"))
        days = _days(period, sessions.annotate(asked=asked).order_by("starts_at", "id"), chosen)
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Booking calendar"),
            "period": period,
            "days": days,
            "weeks": [days[start : start + 7] for start in range(0, len(days), 7)],
            "is_empty": not any(day.sessions for day in days),
            "teachers": teachers.select_related("user").order_by("user__full_name", "pk"),
            "chosen": chosen,
            "urls": {
                "previous": _url(period.view, period.previous, chosen),
                "following": _url(period.view, period.following, chosen),
                "today": _url(period.view, timezone.localdate(), chosen),
                **{each: _url(each, period.day, chosen) for each in VIEWS},
            },
            "may_add": self.has_add_permission(request),  # type: ignore[attr-defined]
            "may_book": request.user.has_perm("courses.add_booking"),
            "opts": self.opts,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, self.calendar_template, context)

    def _teachers(self, request: HttpRequest) -> Any:
        """The keys of the teachers of whom this person sees sessions."""
        return self.get_queryset(request).order_by().values("teacher")  # type: ignore[attr-defined]


def _days(period: Period, sessions: Iterable[Any], teacher: int | None) -> list[Day]:
    """Every day of the period, each session on the day on which it starts, in the time of the page."""
    by_day: dict[date, list[Any]] = defaultdict(list)
    for session in sessions:
        session.is_bookable = session.status == "OPEN" and is_to_come(session)
        by_day[max(timezone.localdate(session.starts_at), period.first)].append(session)
    shown = IN_A_CELL if period.view == "month" else None
    days = []
    for number in range((period.last - period.first).days):
        day = period.first + timedelta(days=number)
        found = by_day[day]
        days.append(
            Day(
                date=day,
                is_today=day == timezone.localdate(),
                is_outside=period.view == "month" and day.month != period.day.month,
                week_url=_url("week", day, teacher),
                sessions=found[:shown],
                more=len(found[shown:]) if shown else 0,
            )
        )
    return days


def _parse(text: str) -> date:
    """The day that the address names; today for none. Far from it, calendars end."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()
    return day if 1971 <= day.year <= 9990 else timezone.localdate()


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _url(view: str, day: date, teacher: int | None) -> str:
    query = {"view": view, "day": day.isoformat()}
    if teacher is not None:
        query["teacher"] = str(teacher)
    return f"{reverse(f'admin:{NAME}')}?{urlencode(query)}"
