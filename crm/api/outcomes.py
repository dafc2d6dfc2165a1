"""What came of the recommendations, over the API: the lift of a run, and recording outcomes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.api.strict import StrictSerializer
from config.base.api.fields import KeyField

from ..choices import Scenario
from ..lifts import Verdict
from ..models import RecoRun
from ..models.outcome import Outcome
from ..selectors.lift import lift_of
from ..services import record_outcomes


class PairField(serializers.ListField):
    """An interval of 95 %: its two ends."""

    child = serializers.FloatField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=2, max_length=2, allow_null=True, **kwargs)


class GroupSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """So many customers, those of them who bought, and what they spent."""

    customers = serializers.IntegerField()
    buyers = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="Of the customers those who bought, 0…1.")
    amount_per_customer = serializers.FloatField(source="mean", allow_null=True)


class ComparisonSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Those who may be contacted against the holdout; null where a group is too small to tell."""

    treated = GroupSerializer()
    holdout = GroupSerializer()
    verdict = serializers.ChoiceField(choices=[each.value for each in Verdict])
    difference = serializers.FloatField(allow_null=True)
    interval = PairField(help_text="Newcombe's hybrid score interval of the difference.")
    relative = serializers.FloatField(
        allow_null=True, help_text="The difference as a part of the holdout's share."
    )
    amount_difference = serializers.FloatField(allow_null=True)
    amount_interval = PairField(help_text="Welch's t interval of the difference of the amounts.")


class ScenarioLiftSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """The comparison among the customers with an item of a scenario."""

    scenario = serializers.ChoiceField(choices=Scenario.choices)
    any_purchase = ComparisonSerializer()
    recommended = ComparisonSerializer()


class CreditSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Lines credited with one outcome."""

    outcome = serializers.ChoiceField(choices=Outcome.choices)
    lines = serializers.IntegerField()
    amount = serializers.SerializerMethodField()

    def get_amount(self, credit: Any) -> float:
        return float(credit.cents / 100)


class LiftSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """What came of a run, by intention to treat: see the fields of each comparison."""

    run = serializers.IntegerField(source="run.pk")
    start = serializers.DateTimeField()
    end = serializers.DateTimeField(help_text="The first moment after the window.")
    is_open = serializers.BooleanField(help_text="Is the window not over yet?")
    currency = serializers.CharField()
    has_other_currencies = serializers.BooleanField()
    contacted = serializers.IntegerField(help_text="Of the treated those who were sent something.")
    mixed = serializers.IntegerField(help_text="Customers left out: a merge put them into both groups.")
    any_purchase = ComparisonSerializer()
    recommended = ComparisonSerializer(help_text="Purchases of the very products that were recommended.")
    scenarios = ScenarioLiftSerializer(many=True)
    credits = CreditSerializer(many=True)


class RecordingSerializer(StrictSerializer):
    """Which run, all of them without it; and only lines ordered before a moment."""

    run = KeyField(queryset=RecoRun.objects.all(), required=False, allow_null=True, default=None)
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class RecordedSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """What a recording did."""

    runs = serializers.IntegerField()
    credited = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    outcomes = serializers.DictField(child=serializers.IntegerField())


class RunOutcomesMixin:
    """Mixed into the viewset of runs."""

    @extend_schema(summary="What came of a run, against its holdout", responses=LiftSerializer)
    @action(detail=True, required_right="crm.view_outcomeevent")
    def outcomes(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """The groups side by side, by any purchase and by recommended products, with intervals of 95 %."""
        return Response(LiftSerializer(lift_of(self.get_object())).data)  # type: ignore[attr-defined]


class RecordOutcomesMixin:
    """Mixed into the viewset of outcomes."""

    @extend_schema(
        summary="Credit the order lines of the runs' windows",
        request=RecordingSerializer,
        responses=RecordedSerializer,
    )
    @action(detail=False, methods=["post"], required_right="add")
    def record(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Twice is once."""
        body = RecordingSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(record_outcomes(**body.validated_data).as_json())
