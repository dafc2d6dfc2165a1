"""Duplicates over the API: who may be one with a customer, merging the two, undoing it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.api.strict import StrictSerializer
from config.base.api.fields import KeyField
from config.base.api.views import BaseViewSet, ReadOnlyBaseViewSet

from .. import services
from ..choices import Side
from ..models import Customer
from ..selectors.duplicates import Reason, duplicates_of
from ..services.merging import MergePreview
from .serializers import CustomerMergeSerializer, DistinctPairSerializer


def _side() -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=Side.choices, required=False)


class PartsSerializer(StrictSerializer):
    """Whose the survivor keeps, of parts in which the two differ; an address is one part."""

    full_name = _side()
    email = _side()
    phone = _side()
    address = _side()
    user = _side()


class MergeSerializer(StrictSerializer):
    """Who is merged into the customer of the address, and what is kept of whom."""

    merged = KeyField(queryset=Customer.objects.all())
    fields = PartsSerializer(  # type: ignore[assignment]
        required=False, help_text="By default the survivor's, or the other's where the survivor has none."
    )
    dry_run = serializers.BooleanField(default=False, help_text="Only say what would be done.")


class DifferenceSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A part in which the two differ."""

    part = serializers.CharField()
    survivor = serializers.CharField()
    merged = serializers.CharField()
    chosen = serializers.ChoiceField(choices=Side.choices)


class HandedSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """What becomes of the rows of one model."""

    model = serializers.CharField(source="model._meta.label_lower")
    moved = serializers.IntegerField(help_text="They become the survivor's.")
    fell = serializers.IntegerField(help_text="Derived figures, which go to the trash.")
    stayed = serializers.IntegerField(help_text="The survivor has one of that kind already.")


class MergePreviewSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """What a merge would do."""

    survivor = serializers.IntegerField(source="survivor.pk")
    merged = serializers.IntegerField(source="merged.pk")
    differences = DifferenceSerializer(many=True)
    rows = HandedSerializer(many=True)
    flags = serializers.DictField(child=serializers.BooleanField(), help_text="The survivor's.")
    warnings = serializers.ListField(child=serializers.CharField())


class DuplicateSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A customer who may be the same person."""

    customer = serializers.IntegerField(source="customer.pk")
    customer_code = serializers.CharField(source="customer.customer_code")
    full_name = serializers.CharField(source="customer.full_name", allow_null=True)
    confidence = serializers.IntegerField(help_text="In percent.")
    reasons = serializers.ListField(child=serializers.ChoiceField(choices=Reason.choices))


class MergingActionsMixin:
    """Mixed into the viewset of customers."""

    @extend_schema(summary="Who may be the same person", responses=DuplicateSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None, versioned=False)
    def duplicates(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """The most convincing first. None of those of whom somebody said that they are distinct."""
        found = duplicates_of(self.get_object())  # type: ignore[attr-defined]
        return Response(DuplicateSerializer(found, many=True).data)

    @extend_schema(
        summary="Merge a customer into this one, or say what that would do",
        request=MergeSerializer,
        responses={
            200: OpenApiResponse(MergePreviewSerializer, description="What would be done."),
            201: OpenApiResponse(CustomerMergeSerializer, description="It is done."),
        },
    )
    @action(detail=True, methods=["post"], required_right="crm.add_customermerge")
    def merge(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """All that is the other's becomes this one's, and the other's code leads here; it can be undone."""
        survivor = self.get_object()  # type: ignore[attr-defined]
        body = MergeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked = {"survivor": survivor, "merged": body.validated_data["merged"]}
        asked["fields"] = body.validated_data.get("fields")
        if body.validated_data["dry_run"]:
            preview: MergePreview = services.preview_merge(**asked)
            return Response(MergePreviewSerializer(preview).data)
        merge = services.merge_customers(**asked)
        answer = CustomerMergeSerializer(merge, context={"request": request})
        return Response(answer.data, status=status.HTTP_201_CREATED)


class CustomerMergeViewSet(ReadOnlyBaseViewSet):
    serializer_class = CustomerMergeSerializer
    filterset_fields = {"survivor": ["exact"], "merged": ["exact"], "undone_at": ["isnull"]}
    ordering_fields = ("merged_at",)

    @extend_schema(summary="Make two of the one again", request=None, responses=CustomerMergeSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Every row goes back as it was; otherwise a 409 lists every reason and nothing is changed."""
        return self.represent(services.unmerge_customers(merge=self.get_object()))


class DistinctPairViewSet(BaseViewSet):
    serializer_class = DistinctPairSerializer
    filterset_fields = ("first", "second")
    ordering_fields = ("created_at",)
