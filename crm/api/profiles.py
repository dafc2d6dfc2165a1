"""Profiles over the API: built in the background, and a customer's together with what it leads to."""

from __future__ import annotations

from typing import Any

from django.utils.http import urlencode
from django.utils.timezone import localdate
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.api.strict import StrictSerializer

from .. import tasks
from ..choices import Exclusion
from ..selectors.dossier import Dossier, customer_dossier
from ..validators import validate_day
from .serializers import ClientMasterProfileSerializer, OutcomeEventSerializer, RecoItemSerializer


class BuildRequestSerializer(StrictSerializer):
    """The day at whose beginning things are looked at."""

    as_of = serializers.DateField(
        validators=[validate_day], help_text="No order on or after this day is read."
    )


class BuildAcceptedSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """What will be done, and where the profiles will be listed."""

    as_of = serializers.DateField()
    profiles = serializers.URLField(help_text="The profiles as of that day.")


class AxisSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """An aroma, 0…100: the mean of the bottles bought, and of the catalogue."""

    name = serializers.CharField()
    mine = serializers.FloatField()
    catalogue = serializers.FloatField()


class SilenceSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """May they be contacted today?"""

    reason = serializers.ChoiceField(
        choices=Exclusion.choices, allow_null=True, help_text="Why not; null where they may."
    )
    last_sent = serializers.DateTimeField(allow_null=True)
    days = serializers.IntegerField(help_text="How many days after a contact nothing is sent.")
    until = serializers.DateField(
        allow_null=True, help_text="The day from which on they may, where waiting helps."
    )


class OverviewSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """What there is to know of a customer; what the reader may not see is null or empty."""

    profile = ClientMasterProfileSerializer(allow_null=True)
    axes = AxisSerializer(many=True)
    silence = SilenceSerializer(allow_null=True)
    run = serializers.IntegerField(allow_null=True, help_text="The newest completed run.")
    items = RecoItemSerializer(many=True)
    outcomes = OutcomeEventSerializer(many=True)


class BuildProfilesMixin:
    """Mixed into the viewset of profiles."""

    @extend_schema(
        summary="Build all profiles in the background",
        request=BuildRequestSerializer,
        responses={202: BuildAcceptedSerializer},
    )
    @action(detail=False, methods=["post"], required_right="add")
    def build(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """A worker builds them; the same data gives the same profiles."""
        body = BuildRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        as_of = body.validated_data["as_of"].isoformat()
        tasks.later(tasks.build_profiles_task, as_of=as_of, user_id=request.user.pk)
        listed = request.build_absolute_uri(request.path.removesuffix("build/"))
        accepted = {"as_of": as_of, "profiles": f"{listed}?{urlencode({'as_of': as_of})}"}
        return Response(accepted, status=status.HTTP_202_ACCEPTED)


class CustomerOverviewMixin:
    """Mixed into the viewset of customers."""

    @extend_schema(summary="A customer’s profile, and what it leads to", responses=OverviewSerializer)
    @action(detail=True, versioned=False, required_right="crm.view_clientmasterprofile")
    def overview(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Profile, aromas, whether to contact them today, the newest recommendations and what came of earlier ones."""
        found = customer_dossier(
            customer=self.get_object(),  # type: ignore[attr-defined]
            today=localdate(),
            may_view=lambda model: request.user.has_perm(f"crm.view_{model._meta.model_name}"),
        )
        return Response(_told(found, request))


def _told(found: Dossier, request: Any) -> Any:
    told = {
        "profile": found.profile,
        "axes": found.axes,
        "silence": found.silence,
        "run": found.run.pk if found.run else None,
        "items": found.items,
        "outcomes": found.outcomes,
    }
    return OverviewSerializer(told, context={"request": request}).data
