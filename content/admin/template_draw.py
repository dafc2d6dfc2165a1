"""What a template would pick today, and what there is for it at every level."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.models import StudentProfile
from config.base.admin.links import link_from
from config.base.admin.widgets import LoadedAutocompleteSelect
from config.base.rows import rows_for
from courses.models import Subject

from ..choices import Level
from ..models import ContentTemplate, DocumentRequest
from ..request_forms import DIFFICULTIES, TagsField, criteria_in, judge_difficulties
from ..selectors.exposures import exposures_of
from ..selectors.picking import pick
from ..selectors.stock import SlotStock, stock_of

DRAW = "admin:content_contenttemplate_draw"
VIEW, BRICKS, ADD = "content.view_contenttemplate", "content.view_contentbrick", "content.add_documentrequest"
STUDENTS = "accounts.view_studentprofile"

#: What a document is drawn from when nobody names a seed; the largest that a request is given.
FIRST_SEED, LAST_SEED = 1, 2**31 - 1

link_from(ContentTemplate, DRAW, gettext_lazy("What it would pick today"), VIEW)


class DrawForm(forms.Form):
    """For which subject, level and student, by which criteria and seed."""

    subject = forms.ModelChoiceField(
        queryset=Subject.objects.all(), label=gettext_lazy("subject"), widget=UnfoldAdminSelectWidget()
    )
    level = forms.ChoiceField(
        choices=Level.choices, label=gettext_lazy("level"), widget=UnfoldAdminSelectWidget()
    )
    seed = forms.IntegerField(
        min_value=0,
        max_value=LAST_SEED,
        label=gettext_lazy("seed"),
        widget=UnfoldAdminIntegerFieldWidget(attrs={"min": 0}),
    )
    student = forms.ModelChoiceField(
        queryset=StudentProfile.objects.none(),
        required=False,
        label=gettext_lazy("student"),
        widget=LoadedAutocompleteSelect(DocumentRequest._meta.get_field("student"), admin.site),
    )
    tags = TagsField(label=gettext_lazy("topics"), required=False, widget=UnfoldAdminTextInputWidget())
    difficulty_min = forms.TypedChoiceField(
        label=gettext_lazy("easiest difficulty"),
        choices=DIFFICULTIES,
        required=False,
        coerce=int,
        empty_value=None,
        widget=UnfoldAdminSelectWidget(),
    )
    difficulty_max = forms.TypedChoiceField(
        label=gettext_lazy("hardest difficulty"),
        choices=DIFFICULTIES,
        required=False,
        coerce=int,
        empty_value=None,
        widget=UnfoldAdminSelectWidget(),
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = capfirst(field.label)
        if user.has_perm(STUDENTS):
            students = rows_for(user, StudentProfile.objects.select_related("user"), STUDENTS)
            self.fields["student"].queryset = students  # type: ignore[attr-defined]
        else:
            del self.fields["student"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        judge_difficulties(self)
        return self.cleaned_data


class DrawMixin:
    """Mixed into the admin of templates."""

    draw_template = "admin/content/draw.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.draw_view)  # type: ignore[attr-defined]
        name = DRAW.removeprefix("admin:")
        return [path("<int:pk>/draw/", view, name=name), *super().get_urls()]  # type: ignore[misc]

    def draw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A page to look at: it draws, and writes nothing."""
        if not request.user.has_perms((VIEW, BRICKS)):
            raise PermissionDenied
        template = get_object_or_404(ContentTemplate, pk=pk)
        form = DrawForm(request.user, request.GET if "subject" in request.GET else None)
        form.fields["seed"].initial = FIRST_SEED
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "opts": self.opts,  # type: ignore[attr-defined]
            "title": _("What it would pick today"),
            "subtitle": str(template),
            "template": template,
            "form": form,
            "media": form.media,
            "back_url": reverse("admin:content_contenttemplate_change", args=[pk]),
        }
        if form.is_valid():
            context |= _drawn(request, template, form.cleaned_data)
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, self.draw_template, context, status=400 if form.errors else 200)


def _drawn(request: HttpRequest, template: ContentTemplate, asked: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of a draw."""
    subject, level, seed, student = asked["subject"], asked["level"], asked["seed"], asked.get("student")
    criteria = criteria_in(asked)
    selection = pick(
        template=template, subject=subject, level=level, criteria=criteria, seed=seed, student=student
    )
    exposures = exposures_of(student=student)
    stock = stock_of(template=template, subject=subject, criteria=criteria)
    titles = {slot["key"]: slot["title"] or slot["key"] for slot in template.slots}
    picks = [
        {
            "slot": titles[each.slot],
            "brick": each.version.brick,
            "number": each.version.number,
            "seen": exposures.of(each.version.brick.slug, each.version.brick.family)[0],
            "url": reverse("admin:content_contentbrick_change", args=[each.version.brick_id]),
        }
        for each in selection.picks
    ]
    narrowed = {**criteria, **({"tags": ", ".join(criteria["tags"])} if criteria.get("tags") else {})}
    chosen = {"subject": subject.pk, "seed": seed, **({"student": student.pk} if student else {}), **narrowed}
    query = {"template": template.pk, "level": level, **chosen}
    return {
        "picks": picks,
        "student": student,
        "minutes": sum(each.minutes for each in selection.picks),
        "shortage": [(titles[key], missing) for key, missing in selection.shortage.items()],
        "stock": stock[level],
        "levels": [_at_level(name, label, rows, level, chosen) for (name, label), rows in _levels(stock)],
        "next_url": "?" + urlencode({**chosen, "level": level, "seed": (seed + 1) % (LAST_SEED + 1)}),
        "request_url": f"{reverse('admin:content_documentrequest_add')}?{urlencode(query)}"
        if request.user.has_perm(ADD)
        else "",
    }


def _levels(stock: dict[str, list[SlotStock]]) -> list[tuple[tuple[str, Any], list[SlotStock]]]:
    """The levels at which there is anything at all."""
    return [
        ((name, label), stock[name])
        for name, label in Level.choices
        if any(each.bricks for each in stock[name])
    ]


def _at_level(
    name: str, label: Any, rows: list[SlotStock], shown: str, chosen: dict[str, Any]
) -> dict[str, Any]:
    return {
        "label": label,
        "is_shown": name == shown,
        "url": "?" + urlencode({**chosen, "level": name}),
        "rows": rows,
        "missing": sum(each.missing for each in rows),
    }
