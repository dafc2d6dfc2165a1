"""What is asked of somebody who wants a document: fields where the model has JSON."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from courses.models import Subject

from .choices import BrickStatus, Level
from .models import ContentBrick, ContentTemplate
from .shapes import TAGS

SLUG = re.compile(TAGS["items"]["pattern"])
#: Characters of a tag.
LONGEST = TAGS["items"]["maxLength"]
DIFFICULTIES = [("", _("any")), *((str(value), str(value)) for value in range(1, 6))]


class TagsField(forms.Field):
    """Slugs between commas, as a list; each once."""

    default_error_messages = {
        "slug": _("“%(tag)s” is no tag: small letters without accents, digits and hyphens."),
        "long": _("“%(tag)s” is too long: a tag has at most %(most)d characters."),
        "twice": _("“%(tag)s” is named twice."),
        "many": _("At most 30 tags."),
    }

    def to_python(self, value: Any) -> list[str]:
        words = (each.strip().lower() for each in (value or "").split(","))
        return [word for word in words if word]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > TAGS["maxItems"]:
            raise ValidationError(self.error_messages["many"], code="many")
        errors = [
            ValidationError(
                self.error_messages[code], code=code, params={"tag": _short(tag), "most": LONGEST}
            )
            for tag in dict.fromkeys(value)
            if (code := self._wrong(tag, value))
        ]
        if errors:
            raise ValidationError(errors)

    @staticmethod
    def _wrong(tag: str, tags: list[str]) -> str:
        if not SLUG.match(tag):
            return "slug"
        if len(tag) > LONGEST:
            return "long"
        return "twice" if tags.count(tag) > 1 else ""


def _short(tag: str) -> str:
    return tag if len(tag) <= LONGEST else f"{tag[:LONGEST]}…"


def judge_difficulties(form: forms.Form) -> None:
    """An error where the easiest is above the hardest."""
    low, high = form.cleaned_data.get("difficulty_min"), form.cleaned_data.get("difficulty_max")
    if low and high and low > high:
        form.add_error("difficulty_max", _("The hardest difficulty is below the easiest."))


def criteria_in(cleaned: dict[str, Any]) -> dict[str, Any]:
    """As `shapes.CRITERIA`: only what was said."""
    names = ("tags", "difficulty_min", "difficulty_max", "allow_relaxation")
    return {name: cleaned[name] for name in names if cleaned.get(name)}


class WhatForm(forms.Form):
    """Which document: the template, what about, what is taken into it. `criteria` is what the service takes."""

    template = forms.ModelChoiceField(label=_("template"), queryset=ContentTemplate.objects.order_by("name"))
    subject = forms.ModelChoiceField(label=_("subject"), queryset=Subject.objects.none())
    level = forms.ChoiceField(label=_("level"), choices=())
    tags = TagsField(
        label=_("topics"),
        required=False,
        help_text=_("Tags between commas, such as fractions, vecteurs. Without any, every topic will do."),
    )
    difficulty_min = forms.TypedChoiceField(
        label=_("easiest difficulty"), choices=DIFFICULTIES, required=False, coerce=int, empty_value=None
    )
    difficulty_max = forms.TypedChoiceField(
        label=_("hardest difficulty"), choices=DIFFICULTIES, required=False, coerce=int, empty_value=None
    )
    allow_relaxation = forms.BooleanField(
        label=_("take others where too few match"),
        required=False,
        initial=True,
        help_text=_("Of another difficulty or topic; the document says where."),
    )
    seed = forms.IntegerField(
        label=_("seed"),
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        help_text=_("The same seed draws the same bricks again. Leave it empty for a new draw."),
    )
    idempotency_key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stock = ContentBrick.objects.filter(status=BrickStatus.PUBLISHED).order_by()
        subjects = Subject.objects.filter(pk__in=stock.values("subject")).order_by("name")
        self.fields["subject"].queryset = subjects  # type: ignore[attr-defined]
        levels = set(stock.values_list("level", flat=True).distinct())
        self.fields["level"].choices = [each for each in Level.choices if each[0] in levels]  # type: ignore[attr-defined]
        # One page makes one document, however often its button is pressed.
        self.fields["idempotency_key"].initial = lambda: f"page-{uuid.uuid4()}"
        for field in self.fields.values():
            field.label = capfirst(field.label)  # type: ignore[arg-type]

    def clean(self) -> dict[str, Any]:
        super().clean()
        judge_difficulties(self)
        return self.cleaned_data

    @property
    def criteria(self) -> dict[str, Any]:
        return criteria_in(self.cleaned_data)

    def asked(self) -> dict[str, Any]:
        """The arguments of the service."""
        names = ("template", "subject", "level", "seed", "idempotency_key")
        return {**{name: self.cleaned_data[name] for name in names}, "criteria": self.criteria}


class AskForm(WhatForm):
    """The same for somebody on a page of their own, with the students for whom they may ask."""

    student: Any = forms.ModelChoiceField(
        label=_("for"), queryset=None, required=False, empty_label=_("nobody in particular")
    )
    field_order = ("template", "subject", "level", "student")

    def __init__(self, *args: Any, students: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if students is None:
            del self.fields["student"]
        else:
            self.fields["student"].queryset = students  # type: ignore[attr-defined]
            self.fields["student"].help_text = _(
                "They find their copy here, and get no brick twice while there are others."
            )

    def asked(self) -> dict[str, Any]:
        return {**super().asked(), "student": self.cleaned_data.get("student")}
