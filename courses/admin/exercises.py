"""Exercises in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.functional import lazy
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin

from ..models import Exercise

#: An answer of each kind, as it is typed; `courses.shapes` says all that may stand there.
EXAMPLES = (
    (Exercise.Kind.MULTIPLE_CHOICE.label, '{"correct": ["b"]}'),
    (Exercise.Kind.TRUE_FALSE.label, '{"correct": true}'),
    (Exercise.Kind.CODE_COMPLETION.label, '{"blanks": [{"accepted": ["n + 1", "1 + n"]}]}'),
    (Exercise.Kind.FREE_FORM.label, '{"sample": "…", "keywords": ["…"]}'),
)
OPTIONS_EXAMPLE = '[{"id": "a", "text": "…"}, {"id": "b", "text": "…"}]'


def _examples(pairs: tuple[tuple[Any, str], ...]) -> str:
    rows = [(capfirst(label), example) for label, example in pairs]
    return format_html_join("", "<div>{} <code>{}</code></div>", rows)


examples = lazy(_examples, str)

OPTIONS_HELP = examples(((Exercise.Kind.MULTIPLE_CHOICE.label, OPTIONS_EXAMPLE), (_("other kinds"), "[]")))

#: What gives the right answer away.
KEY_FIELDS = ("answer", "explanation")


@admin.register(Exercise)
class ExerciseAdmin(BaseAdmin):
    """Exercises. The key and what explains it are shown to those who may change them."""

    icon = "quiz"
    menu_order = 50
    markdown_fields = ("prompt", "explanation")
    search_fields = ("prompt", "lesson__title")
    list_display = ("__str__", "lesson", "kind", "difficulty", "points", "position")
    sortable_by = ("points",)
    list_filter = ("kind", "difficulty", "lesson")
    ordering = ("lesson", "position")
    readonly_fields = ("revision",)
    fieldsets = (
        (
            None,
            {"fields": ("lesson", ("kind", "difficulty"), "prompt", "options"), "description": OPTIONS_HELP},
        ),
        (_("Answer"), {"fields": ("answer", "explanation"), "description": examples(EXAMPLES)}),
        (_("Grading"), {"fields": (("points", "max_attempts"), ("position", "revision"))}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or _may_see_keys(request):
            return fieldsets
        return [each for each in fieldsets if not set(KEY_FIELDS) & set(each[1]["fields"])]

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """Nobody finds out a key that they may not see by filtering for it."""
        if lookup.split("__")[0] in KEY_FIELDS and not _may_see_keys(request):
            return False
        return super().lookup_allowed(lookup, value, request)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Old versions hold old keys: they are left out like the present ones."""
        response = super().history_view(request, object_id, extra_context)
        if not _may_see_keys(request):
            for version in getattr(response, "context_data", {}).get("versions", ()):
                version["changes"] = [each for each in version["changes"] if each["field"] not in KEY_FIELDS]
        return response

    def version_view(self, request: HttpRequest, object_id: str, version: int) -> HttpResponse:
        response = super().version_view(request, object_id, version)
        context = getattr(response, "context_data", {})
        if "rows" in context and not _may_see_keys(request):
            keys: list[Any] = [Exercise._meta.get_field(name) for name in KEY_FIELDS]
            hidden = {capfirst(field.verbose_name) for field in keys}
            context["rows"] = [row for row in context["rows"] if str(row["label"]) not in hidden]
        return response


def _may_see_keys(request: HttpRequest) -> bool:
    return request.user.has_perm("courses.change_exercise")
