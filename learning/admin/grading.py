"""Grading in the back office: the queue of what waits for a person, and the page on which it is graded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.admin import Figure, link_from
from config.base.exceptions import DomainError

from ..models import ExerciseAttempt
from ..selectors import grading as selectors
from ..services import claim_attempt, claimant, close_overdue_quizzes, grade_attempt, release_attempt
from ..services.grading import lock_attempt

QUEUE, GRADE = "admin:learning_exerciseattempt_queue", "admin:learning_exerciseattempt_grade"
PAGE = 50
DAYS = (1, 3, 7, 30)
CLAIMED = {
    "nobody": gettext_lazy("by nobody"),
    "me": gettext_lazy("by me"),
    "others": gettext_lazy("by others"),
}

link_from(ExerciseAttempt, GRADE, gettext_lazy("Grade"), selectors.GRADE)


class GradeForm(forms.Form):
    """A score and what is said with it; the service judges the score."""

    score = forms.DecimalField(
        label=gettext_lazy("Score"),
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 8}),
    )
    feedback = forms.CharField(
        label=gettext_lazy("Feedback"),
        required=False,
        max_length=20_000,
        help_text=gettext_lazy("Markdown; the learner reads it."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, max_points: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.max_points = max_points
        self.fields["score"].help_text = _("0 to %(points)d points.") % {"points": max_points}
        for name in ("score", "feedback"):
            self.fields[name].widget.attrs["aria-describedby"] = f"about_{name}"

    def clean_score(self) -> Decimal:
        score: Decimal = self.cleaned_data["score"]
        if not 0 <= score <= self.max_points:
            words = _("Enter a score between 0 and %(points)d.") % {"points": self.max_points}
            raise ValidationError(words, code="score_range")
        return score


class GradingMixin:
    """Mixed into the admin of attempts: `queue/` and `<key>/grade/`. Teachers find what is of their own courses."""

    queue_template = "admin/learning/exerciseattempt/queue.html"
    grade_template = "admin/learning/exerciseattempt/grade.html"
    menu_pages = ((gettext_lazy("To be graded"), "rate_review", QUEUE, selectors.GRADE),)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = [
            path("queue/", view(self.queue_view), name=QUEUE.removeprefix("admin:")),
            path("<int:object_id>/grade/", view(self.grade_view), name=GRADE.removeprefix("admin:")),
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def figures(self, request: HttpRequest) -> list[Figure]:
        if not request.user.has_perm(selectors.GRADE):
            return []
        waiting = ExerciseAttempt.objects.grading_queue(request.user).count()
        return [Figure(_("To be graded"), waiting, url=reverse(QUEUE), icon="rate_review")]

    def queue_view(self, request: HttpRequest) -> HttpResponse:
        """What waits, oldest first, a page of it; first what was left open in quizzes whose time is up is handed in."""
        require_grader(request)
        close_overdue_quizzes(limit=PAGE)
        part = filter_of(request)
        page = Paginator(selectors.queue(request.user, part), PAGE).get_page(request.GET.get("page"))
        for attempt in page.object_list:
            attempt.claimant = claimant(attempt)
        courses = selectors.waiting_by_course(request.user)
        query = urlencode(part.query())
        context = {
            "title": _("Answers to be graded"),
            "page": page,
            "courses": courses,
            "waiting": sum(number for *_course, number in courses),
            "part": part,
            "days": DAYS,
            "claimed": CLAIMED,
            "query": f"?{query}" if query else "",
            "page_query": f"{query}&" if query else "",
        }
        return self._page(request, self.queue_template, context)

    def grade_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The answer with its question; opening it claims it. A POST grades it or gives it back, or says why not."""
        require_grader(request)
        rows = selectors.gradable(request.user).with_current_grade()
        rows = rows.select_related("user", "exercise__lesson__course", "claimed_by", "quiz_attempt__quiz")
        attempt = get_object_or_404(rows, pk=object_id)
        if request.method == "POST":
            return self._graded(request, attempt)
        form = GradeForm(max_points=attempt.max_points)
        if attempt.current_score is not None:  # only looked at; a new grade claims it while it is written
            return self._grade_page(request, attempt, form)
        try:
            claimed = claim_attempt(attempt=attempt, user=request.user)  # type: ignore[arg-type]
        except DomainError as error:
            return self._grade_page(request, attempt, form, refusal=str(error), is_taken=True)
        attempt.claimed_by, attempt.claimed_at = claimed.claimed_by, claimed.claimed_at
        return self._grade_page(request, attempt, form)

    def _graded(self, request: HttpRequest, attempt: Any) -> HttpResponse:
        user: Any = request.user
        if request.POST.get("do") == "release":
            release_attempt(attempt=attempt, user=user)
            self.message_user(request, _("The answer waits again for whoever takes it."), messages.SUCCESS)  # type: ignore[attr-defined]
            return HttpResponseRedirect(address(QUEUE, request))
        form = GradeForm(request.POST, max_points=attempt.max_points)
        if not form.is_valid():
            return self._grade_page(request, attempt, form, seen=request.POST.get("seen"))
        try:
            with transaction.atomic():
                lock_attempt(attempt)
                newest = next(iter(selectors.grades_of(attempt)), None)
                if _seen(newest) != request.POST.get("seen", ""):
                    raise DomainError(_meanwhile(newest), code="graded_meanwhile")
                grade_attempt(
                    attempt=attempt,
                    grader=user,
                    score=form.cleaned_data["score"],
                    feedback=form.cleaned_data["feedback"],
                )
        except ValidationError as error:
            form.add_error("score", error.message_dict.get("score", error.messages))
            return self._grade_page(request, attempt, form, seen=request.POST.get("seen"))
        except DomainError as error:
            taken = error.code == "attempt_claimed"
            return self._grade_page(request, attempt, form, refusal=str(error), is_taken=taken, status=409)
        words = _("%(learner)s has %(score)s of %(points)d points.") % {
            "learner": attempt.user,
            "score": number_format(form.cleaned_data["score"]),
            "points": attempt.max_points,
        }
        self.message_user(request, words, messages.SUCCESS)  # type: ignore[attr-defined]
        if request.POST.get("do") != "next":
            return HttpResponseRedirect(address(QUEUE, request))
        return self._next(request)

    def _next(self, request: HttpRequest) -> HttpResponse:
        """The oldest answer of the same part of the queue that nobody else is reading, or the queue."""
        rows = selectors.queue(request.user, filter_of(request))
        for attempt in rows[:PAGE]:
            other = claimant(attempt)
            if other is None or other.pk == request.user.pk:
                return HttpResponseRedirect(address(GRADE, request, attempt.pk))
        self.message_user(request, _("That was the last one."), messages.INFO)  # type: ignore[attr-defined]
        return HttpResponseRedirect(address(QUEUE, request))

    def _grade_page(
        self,
        request: HttpRequest,
        attempt: Any,
        form: GradeForm,
        *,
        seen: str | None = None,
        refusal: str = "",
        is_taken: bool = False,
        status: int | None = None,
    ) -> HttpResponse:
        grades = selectors.grades_of(attempt)
        reads_key = request.user.has_perm("courses.change_exercise")
        context = {
            "title": str(attempt.user),
            "subtitle": _("Grade an answer"),
            "object": attempt,
            "attempt": attempt,
            "course": attempt.exercise.lesson.course,
            "answer": selectors.answer_lines(attempt),
            "key": selectors.key_lines(attempt) if reads_key else [],
            "earlier": selectors.earlier_attempts(attempt),
            "grades": grades,
            "form": form,
            "seen": _seen(next(iter(grades), None)) if seen is None else seen,
            "refusal": refusal,
            "is_taken": is_taken,
            "is_mine": attempt.claimed_by_id == request.user.pk,
            "queue_url": address(QUEUE, request),
        }
        status = status or (400 if form.errors else 200)
        return self._page(request, self.grade_template, context, status)

    def _page(
        self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        site = self.admin_site  # type: ignore[attr-defined]
        request.current_app = site.name  # type: ignore[attr-defined]
        context = {**site.each_context(request), "opts": self.opts, **context}  # type: ignore[attr-defined]
        return TemplateResponse(request, template, context, status=status)


def require_grader(request: HttpRequest) -> None:
    if not request.user.has_perm(selectors.GRADE):
        raise PermissionDenied


def filter_of(request: HttpRequest) -> selectors.QueueFilter:
    """The part of the queue that the address names; what is no filter is left out."""
    asked = request.GET
    days = _number(asked.get("days"))
    return selectors.QueueFilter(
        course=_number(asked.get("course")),
        days=days if days in DAYS else None,
        claimed=asked["claimed"] if asked.get("claimed") in CLAIMED else "",
    )


def address(view: str, request: HttpRequest, *args: Any) -> str:
    """A page of these, with the filter kept."""
    query = urlencode(filter_of(request).query())
    return reverse(view, args=args) + (f"?{query}" if query else "")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 9 else None


def _seen(grade: Any) -> str:
    return "" if grade is None else str(grade.pk)


def _meanwhile(grade: Any) -> str:
    if grade is None:
        return _("The grade has been taken back meanwhile.")
    return _("%(grader)s has graded this answer meanwhile: %(score)s points.") % {
        "grader": grade.grader or _("The program"),
        "score": "–" if grade.score is None else number_format(grade.score),
    }
