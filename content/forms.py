"""What is asked of people on the pages about their documents."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

STARS = (
    (1, _("1 star: not useful")),
    (2, _("2 stars: hardly useful")),
    (3, _("3 stars: useful")),
    (4, _("4 stars: very useful")),
    (5, _("5 stars: excellent")),
)


class RatingForm(forms.Form):
    """What somebody thinks of a brick."""

    brick = forms.IntegerField(min_value=1)
    score = forms.TypedChoiceField(
        choices=STARS, coerce=int, error_messages={"required": _("Choose between one star and five.")}
    )
    comment = forms.CharField(required=False, max_length=2000)
