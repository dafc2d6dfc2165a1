"""Exercises in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.functional import lazy
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin

from ..models import Exercise
from .editor import FromEditorMixin
from .questions import QuestionBanksMixin

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


@admin.register(Exercise)
class ExerciseAdmin(QuestionBanksMixin, FromEditorMixin, BaseAdmin):
    icon = "quiz"
    menu_order = 50
    markdown_fields = ("prompt", "explanation")
    search_fields = ("title", "prompt", "lesson__title")
    list_display = ("__str__", "lesson", "kind", "difficulty", "points", "position")
    sortable_by = ("points",)
    list_filter = ("kind", "difficulty", "lesson")
    ordering = ("lesson", "position")
    readonly_fields = ("revision",)
    actions = (*BaseAdmin.actions, "export_gift", "export_xml")
    fieldsets = (
        (
            None,
            {
                "fields": ("lesson", "title", ("kind", "difficulty"), "prompt", "options"),
                "description": OPTIONS_HELP,
            },
        ),
        (_("Answer"), {"fields": ("answer", "explanation"), "description": examples(EXAMPLES)}),
        (_("Grading"), {"fields": (("points", "max_attempts"), ("position", "revision"))}),
    )
