"""What is asked of somebody who makes a run or notes its contacts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from ..choices import Channel
from ..recommending.config import complete_config, default_config
from ..shapes import CONFIG
from ..validators import validate_day

#: The settings that the page asks for, with their words; the others have their defaults.
SETTINGS = {
    "silence_days": (_("silence in days"), _("Who was contacted in as many days gets nothing.")),
    "attribution_days": (
        _("attribution in days"),
        _("A purchase within as many days counts for the recommendation."),
    ),
    "holdout_percent": (
        _("holdout in percent"),
        _("So many are never contacted, so that the others can be compared with them."),
    ),
    "lapsed_days": (_("lapsed after days"), _("Who bought nothing in as many days is to be won back.")),
    "items_per_customer": (_("recommendations per customer"), _("Three at most.")),
}


class RecommendForm(forms.Form):
    """The day of a run, and its settings; each within what the declared shape allows."""

    as_of = forms.DateField(
        label=_("as of"),
        validators=[validate_day],
        help_text=_("No order on or after this day is read."),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as_of"].initial = timezone.localdate
        defaults = default_config()
        for name, (label, help_text) in SETTINGS.items():
            limits = CONFIG["properties"][name]
            self.fields[name] = forms.IntegerField(
                label=label,
                help_text=help_text,
                initial=defaults[name],
                min_value=limits["minimum"],
                max_value=limits["maximum"],
                widget=UnfoldAdminIntegerFieldWidget(),
            )
        for field in self.fields.values():
            field.label = capfirst(field.label)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                cleaned["config"] = complete_config({name: cleaned[name] for name in SETTINGS})
            except ValidationError as error:
                self.add_error(None, error.messages)
        return cleaned


class ContactForm(forms.Form):
    """By which channel."""

    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices, widget=UnfoldAdminSelectWidget())
