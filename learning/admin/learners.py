"""How far one learner is, in one course and in all of them."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from config.base.admin import link_from

from ..choices import ProgressStatus
from ..models import Enrollment
from ..selectors import course_outline, my_courses
from ..selectors.work import LessonWork, course_work
from .charts import staircase
from .classes import CLASS, RIGHT, may_see_class

PROGRESS, PERSON = "admin:learning_learner_progress", "admin:learning_learner_courses"
#: Who may read attempts, and with them grades.
WORK = "learning.view_exerciseattempt"

link_from(Enrollment, PROGRESS, gettext_lazy("Progress in this course"), RIGHT)
link_from(User, PERSON, gettext_lazy("Progress in courses"), RIGHT)


class LearnerPagesMixin:
    """Mixed into the admin of enrolments."""

    learner_template = "admin/learning/learner.html"
    person_template = "admin/learning/learner_courses.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = [
            path("learner/<int:user_id>/", view(self.person_view), name=PERSON.removeprefix("admin:")),
            path("<path:object_id>/progress/", view(self.learner_view), name=PROGRESS.removeprefix("admin:")),
        ]
        return own + super().get_urls()  # type: ignore[misc,no-any-return]

    def learner_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The course lesson by lesson, with what this learner did in each."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        enrollment = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if enrollment is None or not self.has_view_permission(request, enrollment):  # type: ignore[attr-defined]
            raise Http404
        if enrollment.is_deleted:
            return HttpResponseRedirect(reverse("admin:learning_enrollment_change", args=[enrollment.pk]))
        user, course = enrollment.user, enrollment.course
        outline = course_outline(user=user, course=course)
        work = course_work(user=user, course=course) if request.user.has_perm(WORK) else None
        labels = dict(ProgressStatus.choices)
        lessons = [
            (each, labels[each.status], work.lessons.get(each.lesson.pk, LessonWork()) if work else None)
            for each in outline.lessons
        ]
        context = {
            "title": str(user),
            "subtitle": course.title,
            "object": enrollment,
            "enrollment": enrollment,
            "learner": user,
            "course": course,
            "outline": outline,
            "lessons": lessons,
            "work": work,
            "timeline": staircase(work.completed_at, top=len(outline.lessons)) if work else None,
            "class_url": reverse(CLASS, args=[course.pk]) if may_see_class(request, course) else "",
            "person_url": reverse(PERSON, args=[user.pk]),
        }
        return self._learning_page(request, self.learner_template, context)

    def person_view(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """The courses of one person, as far as they are this reader's to see."""
        if not request.user.has_perm(RIGHT):
            raise PermissionDenied
        person = User.objects.filter(pk=user_id).first()
        if person is None:
            raise Http404
        mine = self.within_reach(request, Enrollment.objects.filter(user=person)).values_list("pk", flat=True)  # type: ignore[attr-defined]
        seen = set(mine)
        if not seen and not request.user.has_perm("accounts.view_user"):
            raise Http404
        courses = [each for each in my_courses(person) if each.enrollment.pk in seen]
        context = {
            "title": str(person),
            "subtitle": _("Progress in courses"),
            "learner": person,
            "courses": courses,
        }
        return self._learning_page(request, self.person_template, context)

    def _learning_page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        site = self.admin_site  # type: ignore[attr-defined]
        request.current_app = site.name  # type: ignore[attr-defined]
        shown = {**site.each_context(request), "opts": self.opts, **context}  # type: ignore[attr-defined]
        return TemplateResponse(request, template, shown)
