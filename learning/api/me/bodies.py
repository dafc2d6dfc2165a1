"""What comes in at the doors where something is done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.api.strict import StrictSerializer

MAX_SECONDS = 2**31 - 1


class PositionBody(StrictSerializer):
    """Where a player is in a video."""

    position_seconds = serializers.IntegerField(min_value=0, max_value=MAX_SECONDS)


class GradeBody(StrictSerializer):
    """What an answer is worth, in points, and what its author is told."""

    score = serializers.DecimalField(max_digits=8, decimal_places=2, min_value=0)
    feedback = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=20_000, help_text=_("Markdown.")
    )
