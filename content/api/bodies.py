"""What comes in where something is done with a document."""

from __future__ import annotations

from rest_framework import serializers

from accounts.api.strict import StrictSerializer

from ..choices import InteractionKind
from ..services.interaction import MAX_SECONDS


class InteractionBody(StrictSerializer):
    """What one did with it, and for how long."""

    kind = serializers.ChoiceField(choices=InteractionKind.choices)
    duration_seconds = serializers.IntegerField(min_value=0, max_value=MAX_SECONDS, required=False)


class RatingBody(StrictSerializer):
    """What one thinks of one of its bricks."""

    brick = serializers.IntegerField(min_value=1)
    score = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
