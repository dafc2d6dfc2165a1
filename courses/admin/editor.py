"""The course editor: a whole course in order on one page, arranged by buttons or by dragging."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.admin import link_from
from config.base.admin.saving import explain, is_expected
from config.base.conflicts import count_conflict
from config.base.exceptions import DomainError, StaleObjectError
from config.base.rows import full_name, reaches_everything, rows_for

from .. import selectors
from ..models import Course, Exercise, Lesson, Quiz, Video
from .editing import EDITOR, Orders, act, editor_url, parse_orders, whole_number

PARTS = (Lesson, Video, Exercise, Quiz)

link_from(Course, EDITOR, gettext_lazy("Course editor"), "courses.view_lesson")
for _part in PARTS:
    link_from(
        _part,
        f"admin:courses_{_part._meta.model_name}_editor",
        gettext_lazy("Course editor"),
        "courses.view_lesson",
    )


class CourseEditorMixin:
    """Mixed into the admin of courses."""

    editor_template = "admin/courses/course/editor.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.editor_view)  # type: ignore[attr-defined]
        own = path("<path:object_id>/editor/", view, name=EDITOR.removeprefix("admin:"))
        return [own, *super().get_urls()]  # type: ignore[misc]

    def editor_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page; a POST does one thing, or nothing and says why, keeping what was typed or dragged."""
        course = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if course is None:
            raise Http404
        if not self.has_view_permission(request, course) or not request.user.has_perm("courses.view_lesson"):  # type: ignore[attr-defined]
            raise PermissionDenied
        if course.is_deleted:
            return HttpResponseRedirect(reverse("admin:courses_course_change", args=[course.pk]))
        if request.method != "POST":
            return self._editor_page(request, course)
        try:
            with transaction.atomic():
                done, anchor = act(request, course, self._may(request, course))
        except (DomainError, ValidationError, IntegrityError, OperationalError) as error:
            if not is_expected(error):
                raise
            return self._refused(request, course, error)
        self.message_user(request, done, messages.SUCCESS)  # type: ignore[attr-defined]
        return HttpResponseRedirect(editor_url(course.pk, anchor))

    def _refused(self, request: HttpRequest, course: Course, error: Exception) -> HttpResponse:
        """The page as the course stands now, with what was refused and what was typed."""
        if isinstance(error, StaleObjectError):
            count_conflict(type(error.instance))
        reasons = error.messages if isinstance(error, ValidationError) else [str(explain(error))]
        refusal = {"reasons": reasons, "is_stale": isinstance(error, StaleObjectError)}
        name, _colon, rest = request.POST.get("do", "").partition(":")
        typed = {
            "do": name,
            "pk": rest.partition(":")[0],
            "title": request.POST.get("title", ""),
            "minutes": request.POST.get("minutes", ""),
        }
        fresh = Course.objects.filter(pk=course.pk).first()
        if fresh is None:
            raise Http404
        orders = parse_orders(request) if name == "order" else None
        return self._editor_page(request, fresh, refusal=refusal, typed=typed, orders=orders)

    def _may(self, request: HttpRequest, course: Course) -> dict[str, bool]:
        """{"change_lesson": True, …}: what this person may do with the parts of this course."""
        user = request.user
        owns = rows_for(user, Course.all_objects.filter(pk=course.pk)).exists()
        found = {
            f"{action}_{model._meta.model_name}": user.has_perm(full_name(action, model))
            and (action == "view" or owns or reaches_everything(user, Course, full_name(action, model)))
            for model in (Course, *PARTS)
            for action in ("view", "add", "change", "delete")
        }
        found["order_lessons"] = found["change_course"] and found["change_lesson"]
        found["order_exercises"] = found["change_lesson"] and found["change_exercise"]
        return found

    def _editor_page(
        self,
        request: HttpRequest,
        course: Course,
        *,
        refusal: dict[str, Any] | None = None,
        typed: dict[str, str] | None = None,
        orders: Orders | None = None,
    ) -> HttpResponse:
        may = self._may(request, course)
        shown = [model for model in (Video, Exercise, Quiz) if may[f"view_{model._meta.model_name}"]]
        lessons = selectors.lessons_with_parts(course, models=shown)
        blocking, doubtful = selectors.hindrances(course, lessons)
        if orders:
            lessons = orders.applied_to(lessons)
        typed = typed or {}
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": course.title,
            "subtitle": _("Course editor"),
            "opts": self.opts,  # type: ignore[attr-defined]
            "object": course,
            "course": course,
            "lessons": lessons,
            "course_quizzes": selectors.quizzes_of_course(course) if Quiz in shown else [],
            "published": sum(lesson.is_published for lesson in lessons),
            "minutes": sum(lesson.minutes for lesson in lessons),
            "blocking": blocking,
            "doubtful": doubtful,
            "may": may,
            "refusal": refusal,
            "typed": typed,
            "edited": whole_number(
                typed.get("pk") if typed.get("do") == "rename" else request.GET.get("rename")
            ),
            "has_pending_order": bool(orders),
            "editor_url": editor_url(course.pk),
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, self.editor_template, context)


class FromEditorMixin:
    """Mixed into the admins of a course's parts: a link to the course editor, and the way back to it.

    Who comes from the editor (`?editor=1`) is taken back there after saving or deleting.
    """

    def get_urls(self) -> list[URLPattern]:
        name = f"courses_{self.opts.model_name}_editor"  # type: ignore[attr-defined]
        view = self.admin_site.admin_view(self.part_in_editor_view)  # type: ignore[attr-defined]
        return [path("<path:object_id>/editor/", view, name=name), *super().get_urls()]  # type: ignore[misc]

    def part_in_editor_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the place of this part in the editor of its course."""
        row = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if row is None:
            raise Http404
        return HttpResponseRedirect(_place_of(row))

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        response: HttpResponseRedirect = super().response_post_save_add(request, obj)  # type: ignore[misc]
        return HttpResponseRedirect(_place_of(obj)) if "editor" in request.GET else response

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        response: HttpResponseRedirect = super().response_post_save_change(request, obj)  # type: ignore[misc]
        return HttpResponseRedirect(_place_of(obj)) if "editor" in request.GET else response

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: Any) -> HttpResponse:
        response: HttpResponse = super().response_delete(request, obj_display, obj_id)  # type: ignore[misc]
        if "editor" not in request.GET:
            return response
        row = self.model.all_objects.filter(pk=obj_id).first()  # type: ignore[attr-defined]
        return HttpResponseRedirect(_place_of(row)) if row is not None else response


def _place_of(row: Any) -> str:
    """The editor's address with the lesson that this part is, or belongs to."""
    lesson = row if isinstance(row, Lesson) else row.lesson
    if lesson is None:
        return editor_url(row.course_id, "quizzes")
    return editor_url(lesson.course_id, f"lesson-{lesson.pk}")
