"""Regrading in the back office: what the present key would change, then, once confirmed, the grades."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.admin import link_from
from config.base.exceptions import DomainError
from courses.models import Exercise

from ..selectors import grading as selectors
from ..services import plan_regrade, regrade
from .grading import require_grader

REGRADE = "admin:learning_exerciseattempt_regrade"
#: Differences shown one by one; the counts are of all.
SHOWN = 500

link_from(Exercise, REGRADE, gettext_lazy("Grade again"), selectors.GRADE)


class RegradingMixin:
    """Mixed into the admin of attempts: `regrade/<key of the exercise>/`, for its course's teacher too."""

    regrade_template = "admin/learning/exerciseattempt/regrade.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.regrade_view)  # type: ignore[attr-defined]
        own = path("regrade/<int:exercise_id>/", view, name=REGRADE.removeprefix("admin:"))
        return [own, *super().get_urls()]  # type: ignore[misc]

    def regrade_view(self, request: HttpRequest, exercise_id: int) -> HttpResponse:
        """The differences; a POST appends the grades, or says why not: other differences than were shown wait."""
        require_grader(request)
        rows = selectors.regradable(request.user).select_related("lesson__course")
        exercise = get_object_or_404(rows, pk=exercise_id)
        refusal = ""
        if request.method == "POST":
            try:
                return self._regraded(request, exercise)
            except DomainError as error:
                refusal = str(error)
        plan = plan_regrade(exercise)
        context = {
            "title": str(exercise),
            "subtitle": _("Grade again"),
            "object": exercise,
            "exercise": exercise,
            "differences": [each for each in plan if not each.refusal][:SHOWN],
            "refused": [each for each in plan if each.refusal][:SHOWN],
            "raised": sum(each.is_raised for each in plan),
            "lowered": sum(each.is_lowered for each in plan),
            "incompatible": sum(bool(each.refusal) for each in plan),
            "shown": SHOWN,
            "refusal": refusal,
            "only_raise": "only_raise" in request.POST,
            "skip": "skip" in request.POST,
            "back_url": reverse("admin:courses_exercise_change", args=[exercise.pk]),
        }
        return self._page(request, self.regrade_template, context, 409 if refusal else 200)  # type: ignore[attr-defined,no-any-return]

    def _regraded(self, request: HttpRequest, exercise: Any) -> HttpResponse:
        user: Any = request.user
        if request.POST.get("seen") != str(exercise.revision):
            words = _("The exercise has been changed meanwhile. Look at the differences again.")
            raise DomainError(words, code="exercise_changed")
        grades = regrade(
            exercise=exercise,
            grader=user,
            only_raise="only_raise" in request.POST,
            skip_incompatible="skip" in request.POST,
        )
        words = ngettext(
            "%(count)d attempt has a new grade.", "%(count)d attempts have a new grade.", len(grades)
        )
        self.message_user(request, words % {"count": len(grades)}, messages.SUCCESS)  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse(REGRADE, args=[exercise.pk]))
