"""The class of a course: how far everybody is, on one page and as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from config.base.admin import link_from
from config.base.querysets import now_ms
from config.base.rows import rows_for
from config.base.search import fold
from config.base.sheets import csv_response
from courses.models import Course

from ..models import Enrollment
from ..selectors import class_report
from ..values import ClassReport, ReportRow, mean_percent
from .charts import columns

CLASS, EXPORT = "admin:learning_class_progress", "admin:learning_class_export"
#: Whoever may read the enrolments of a course may read how far its learners are, and take it along as a file.
RIGHT = "learning.view_enrollment"
PAGE = 50
STUCK_AFTER = timedelta(days=14)

LONG_AGO = datetime.min.replace(tzinfo=now_ms().tzinfo)


def _score(row: ReportRow) -> Decimal:
    """Who has no score comes below who has 0 %."""
    score = row.figures.average_score
    return Decimal(-1) if score is None else score


#: Name of the order → its words, and what a row is sorted by; a "-" in front turns it round.
ORDERS: dict[str, tuple[Promise, Any]] = {
    "name": (pgettext_lazy("class", "Learner"), lambda row: fold(row.name)),
    "percent": (gettext_lazy("Progress"), lambda row: row.percent),
    "score": (gettext_lazy("Average score"), _score),
    "activity": (gettext_lazy("Last activity"), lambda row: row.last_activity_at or LONG_AGO),
}

link_from(Course, CLASS, gettext_lazy("Progress of the class"), RIGHT)


@dataclass(frozen=True)
class Filters:
    """Which rows of a class are shown, and in which order; what is not understood is taken for not asked."""

    words: str = ""
    status: str = ""
    stuck: bool = False
    order: str = "name"

    @classmethod
    def of(cls, query: QueryDict) -> Filters:
        status, order = query.get("status", ""), query.get("order", "name")
        return cls(
            words=" ".join(query.get("q", "").split()),
            status=status if status in Enrollment.Status.values else "",
            stuck=query.get("stuck") == "1",
            order=order if order.removeprefix("-") in ORDERS else "name",
        )

    def __bool__(self) -> bool:
        return bool(self.words or self.status or self.stuck)

    def applied_to(self, rows: tuple[ReportRow, ...]) -> list[ReportRow]:
        words = (fold(self.words) or "").split()
        shown = [
            row
            for row in rows
            if (not self.status or row.status == self.status)
            and (not self.stuck or is_stuck(row))
            and all(word in (fold(row.name) or "") for word in words)
        ]
        _words, key = ORDERS[self.order.removeprefix("-")]
        return sorted(shown, key=key, reverse=self.order.startswith("-"))

    def query(self, **changes: Any) -> str:
        """The query string of these filters with some of them changed."""
        values = {
            "q": self.words,
            "status": self.status,
            "stuck": "1" if self.stuck else "",
            "order": self.order,
        }
        asked = QueryDict(mutable=True)
        asked.update({name: str(value) for name, value in {**values, **changes}.items() if value})
        return asked.urlencode()


class ClassPagesMixin:
    """Mixed into the admin of enrolments."""

    class_template = "admin/learning/class.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = [
            path("class/<int:course_id>/", view(self.class_view), name=CLASS.removeprefix("admin:")),
            path(
                "class/<int:course_id>/export/", view(self.export_class), name=EXPORT.removeprefix("admin:")
            ),
        ]
        return own + super().get_urls()  # type: ignore[misc,no-any-return]

    def class_view(self, request: HttpRequest, course_id: int) -> HttpResponse:
        """Figures, charts, and the learners of the course, those searched for, fifty a page."""
        course = _course(request, course_id)
        report, filters = class_report(course), Filters.of(request.GET)
        page = Paginator(filters.applied_to(report.rows), PAGE).get_page(request.GET.get("p"))
        enrolled = Enrollment.objects.filter(course=course)
        keys = dict(
            enrolled.filter(user__in=[row.user_id for row in page]).order_by().values_list("user_id", "pk")
        )
        withdrawn = enrolled.filter(status=Enrollment.Status.WITHDRAWN).count()
        labels = dict(Enrollment.Status.choices)
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Progress of the class"),
            "subtitle": course.title,
            "opts": self.opts,  # type: ignore[attr-defined]
            "object": course,
            "course": course,
            "report": report,
            "figures": figures_of(report, withdrawn, course),
            "columns": columns(
                [
                    (f"{each.low}" if each.low != each.high else "100", each.learners)
                    for each in report.histogram
                ]
            ),
            "rows": [(row, keys.get(row.user_id), labels[row.status], is_stuck(row)) for row in page],
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
            "filters": filters,
            "query": filters.query(),
            "statuses": [
                each for each in Enrollment.Status.choices if each[0] != Enrollment.Status.WITHDRAWN
            ],
            "orders": _orders(filters),
            "export_url": f"{reverse(EXPORT, args=[course.pk])}?{filters.query()}",
            "stuck_days": STUCK_AFTER.days,
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, self.class_template, context)

    def export_class(self, request: HttpRequest, course_id: int) -> HttpResponse:
        """The learners that the page shows, all of its pages, as CSV."""
        course = _course(request, course_id)
        labels = dict(Enrollment.Status.choices)
        header = (
            pgettext("class", "Learner"),
            _("Status"),
            _("Percent"),
            _("Lessons done"),
            _("Lessons in all"),
            _("Exercises attempted"),
            _("Average score in percent"),
            _("Current lesson"),
            _("Enrolled on"),
            _("Completed on"),
            _("Last activity"),
        )
        rows = (
            (
                row.name,
                labels[row.status],
                row.percent,
                row.figures.lessons_completed,
                row.figures.lessons_total,
                row.figures.exercises_attempted,
                row.figures.average_score,
                row.current.title if row.current else None,
                row.enrolled_at,
                row.completed_at,
                row.last_activity_at,
            )
            for row in Filters.of(request.GET).applied_to(class_report(course).rows)
        )
        return csv_response(f"class-{course.slug}.csv", header, rows)


def is_stuck(row: ReportRow) -> bool:
    """Has somebody who is not done not been seen for two weeks?"""
    seen = row.last_activity_at or row.enrolled_at
    return row.status == Enrollment.Status.ACTIVE and seen < now_ms() - STUCK_AFTER


def figures_of(report: ClassReport, withdrawn: int, course: Course) -> list[dict[str, Any]]:
    """The numbers at the top of the page, as label, value and hint."""
    active = sum(row.status == Enrollment.Status.ACTIVE for row in report.rows)
    stuck = sum(is_stuck(row) for row in report.rows)
    scores = [row.figures.average_score for row in report.rows if row.figures.average_score is not None]
    score = mean_percent([(100, sum(scores, Decimal(0)), len(scores))])
    url = f"{reverse('admin:learning_enrollment_changelist')}?course__id__exact={course.pk}"
    return [
        {"label": _("Learners"), "value": len(report.rows)},
        {
            "label": pgettext("class", "Active"),
            "value": active,
            "hint": _("%(count)d stuck") % {"count": stuck} if stuck else "",
        },
        {"label": pgettext("class", "Completed"), "value": len(report.rows) - active},
        {
            "label": pgettext("class", "Withdrawn"),
            "value": withdrawn,
            "url": f"{url}&status__exact=WITHDRAWN",
        },
        {"label": _("Mean progress"), "value": report.average_percent, "unit": "%"},
        {"label": _("Mean score"), "value": score, "unit": "%"},
    ]


def may_see_class(request: HttpRequest, course: Course) -> bool:
    """May this person see who learns in this course: in any, or in those that they instruct?"""
    seen = rows_for(request.user, Course.objects.filter(pk=course.pk), RIGHT)
    return request.user.has_perm(RIGHT) and bool(seen.exists())


def _course(request: HttpRequest, course_id: int) -> Course:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    course: Course | None = rows_for(request.user, Course.objects.filter(pk=course_id), RIGHT).first()
    if course is None:
        raise Http404
    return course


def _orders(filters: Filters) -> list[dict[str, Any]]:
    """The orders to choose from; the one that is on is turned round by choosing it again."""
    name = filters.order.removeprefix("-")
    is_down = filters.order.startswith("-")
    return [
        {
            "name": each,
            "label": label,
            "is_on": each == name,
            "direction": "descending" if is_down else "ascending",
            "query": filters.query(order=f"-{each}" if each == name and not is_down else each),
        }
        for each, (label, _key) in ORDERS.items()
    ]
