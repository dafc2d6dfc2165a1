"""Runs over the API: one is asked for, exported, compared with the one before, and its customers are contacted."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, StreamingHttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import renderers, serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.api.strict import StrictSerializer
from config.base.api.fields import KeyField
from config.base.api.views import ReadOnlyBaseViewSet

from .. import services, tasks
from ..choices import Channel
from ..models import Customer
from ..recommending.config import complete_config, config_hash
from ..recommending.export import export_response
from ..selectors.runs import compare_runs
from ..validators import validate_day


class RunRequestSerializer(StrictSerializer):
    """The day, and the settings that differ from the defaults."""

    as_of = serializers.DateField(
        validators=[validate_day], help_text="No order on or after this day is read."
    )
    config = serializers.JSONField(
        required=False,
        help_text='An object of settings, such as {"silence_days": 21}; others have their defaults.',
    )

    def judge(self, values: dict[str, Any]) -> dict[str, Any]:
        try:
            values["config"] = complete_config(values.get("config"))
        except ValidationError as error:
            return {"config": error.error_dict["config"]}
        return {}


class RunAcceptedSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """What will be done: the complete settings, and where the run will be listed."""

    as_of = serializers.DateField()
    config = serializers.JSONField()
    config_hash = serializers.CharField()
    runs = serializers.URLField(help_text="The runs as of that day with these settings.")


class ContactSerializer(StrictSerializer):
    """How they were contacted; and whom, where not everybody was."""

    channel = serializers.ChoiceField(choices=Channel.choices)
    customers = KeyField(
        queryset=Customer.objects.all(), many=True, required=False, allow_null=True, default=None
    )


class ContactedSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Customers that were noted, that had been noted before, and that were passed over, by reason."""

    contacted = serializers.IntegerField()
    already = serializers.IntegerField()
    skipped = serializers.DictField(child=serializers.IntegerField())


class RunFigureSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A number then and now."""

    name = serializers.CharField()
    before = serializers.IntegerField()
    now = serializers.IntegerField()
    difference = serializers.IntegerField()


class RunComparisonSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A run beside the completed one before it."""

    before = serializers.IntegerField(source="before.pk", help_text="The run before.")
    same_config = serializers.BooleanField()
    same_input = serializers.BooleanField()
    figures = RunFigureSerializer(many=True)
    scenarios = RunFigureSerializer(many=True)
    excluded = RunFigureSerializer(many=True)
    gained = serializers.IntegerField(help_text="Customers with recommendations now and none then.")
    lost = serializers.IntegerField(help_text="Customers with recommendations then and none now.")
    kept = serializers.IntegerField(help_text="Customers with recommendations both times.")
    same_items = serializers.IntegerField(help_text="Products recommended to a customer both times.")
    same_first = serializers.IntegerField(help_text="Customers whose first choice stayed.")


class CSVRenderer(renderers.BaseRenderer):
    """Lets a client ask for CSV; what it then gets is written by the view."""

    media_type = "text/csv"
    format = "csv"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return renderers.JSONRenderer().render(data)


CSV = {(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="A line for each item.")}


class RunActionsMixin:
    """Mixed into the viewset of runs."""

    request_serializer_class = RunRequestSerializer

    @extend_schema(
        summary="Recommend in the background",
        request=RunRequestSerializer,
        responses={202: RunAcceptedSerializer},
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """A worker makes the run, which shows up in the list when it has begun."""
        body = RunRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        as_of, config = body.validated_data["as_of"].isoformat(), body.validated_data["config"]
        tasks.later(tasks.recommend_task, as_of=as_of, config=config, user_id=request.user.pk)
        accepted = {"as_of": as_of, "config": config, "config_hash": config_hash(config)}
        query = urlencode({"as_of": as_of, "config_hash": accepted["config_hash"]})
        accepted["runs"] = request.build_absolute_uri(f"{request.path}?{query}")
        return Response(accepted, status=status.HTTP_202_ACCEPTED)

    @extend_schema(summary="A run's items, as CSV", responses=CSV)
    @action(
        detail=True,
        versioned=False,
        required_right="crm.view_recoitem",
        renderer_classes=[*ReadOnlyBaseViewSet.renderer_classes, CSVRenderer],
    )
    def export(self, request: Any, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        """Sorted by customer and rank; the same items are the same bytes in any database."""
        run = self.get_object()  # type: ignore[attr-defined]
        return export_response(run)

    @extend_schema(summary="What changed since the run before", responses=RunComparisonSerializer)
    @action(detail=True, versioned=False)
    def comparison(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Compared with the completed run as of the day next before, or started before on the same day."""
        compared = compare_runs(self.get_object())  # type: ignore[attr-defined]
        if compared is None:
            raise Http404(_("There is no completed run before this one."))
        return Response(RunComparisonSerializer(compared).data)

    @extend_schema(
        summary="Note that a run's customers were contacted",
        request=ContactSerializer,
        responses=ContactedSerializer,
    )
    @action(detail=True, methods=["post"], url_path="mark-contacted", required_right="change")
    def mark_contacted(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Each customer once by each channel; the holdout never, nor who is not to be contacted by now."""
        run = self.get_object()  # type: ignore[attr-defined]
        body = ContactSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        people = body.validated_data["customers"]
        result = services.mark_contacted(
            run=run,
            channel=body.validated_data["channel"],
            customers=None if people is None else [each.pk for each in people],
        )
        return Response(result.as_json())
