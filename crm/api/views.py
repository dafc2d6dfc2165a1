"""Customers over the API: thin doors to the models and the services."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from config.base.api.pagination import NewestFirstPagination
from config.base.api.views import BaseViewSet, ReadOnlyBaseViewSet

from .. import services
from . import serializers
from .merging import MergingActionsMixin
from .outcomes import RecordOutcomesMixin, RunOutcomesMixin
from .profiles import BuildProfilesMixin, CustomerOverviewMixin
from .runs import RunActionsMixin
from .serializers import ConsentSerializer


def asked_channel(request: Any) -> str:
    """The channel that the body names, or the usual one."""
    body = ConsentSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    channel: str = body.validated_data["channel"]
    return channel


class ProductViewSet(BaseViewSet):
    serializer_class = serializers.ProductSerializer
    filterset_fields = (
        *("product_key", "family", "grape", "producer", "category"),
        *("sugar", "vintage", "budget", "premium_tier", "is_active"),
    )
    search_fields = ("label", "product_key", "grape")
    ordering_fields = ("label", "vintage", "price_amount", "premium_tier", "popularity", "created_at")


class ProductAliasViewSet(BaseViewSet):
    serializer_class = serializers.ProductAliasSerializer
    filterset_fields = ("product", "normalized_label", "source")
    search_fields = ("raw_label",)
    ordering_fields = ("normalized_label", "created_at")


class CustomerViewSet(CustomerOverviewMixin, MergingActionsMixin, BaseViewSet):
    serializer_class = serializers.CustomerSerializer
    filterset_fields = (
        *("customer_code", "email_key", "city", "country", "user"),
        *("is_contactable", "is_bounced", "is_opted_out", "merged_into", "first_batch"),
    )
    search_fields = ("full_name", "customer_code", "email")
    ordering_fields = ("customer_code", "full_name", "city", "created_at")

    @extend_schema(summary="Record that a customer wants to hear no more of us", request=ConsentSerializer)
    @action(detail=True, methods=["post"], url_path="opt-out")
    def opt_out(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Twice is once."""
        customer = self.get_object()
        return self.represent(services.opt_out_customer(customer=customer, channel=asked_channel(request)))

    @extend_schema(summary="Record that a customer agrees to be contacted", request=ConsentSerializer)
    @action(detail=True, methods=["post"], url_path="opt-in")
    def opt_in(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Clears « opted out » and « messages bounce ». Twice is once."""
        customer = self.get_object()
        return self.represent(services.opt_in_customer(customer=customer, channel=asked_channel(request)))


class OrderLineViewSet(BaseViewSet):
    serializer_class = serializers.OrderLineSerializer
    pagination_class = NewestFirstPagination
    filterset_fields = {
        "customer": ["exact"],
        "product": ["exact"],
        "source": ["exact"],
        "order_reference": ["exact"],
        "ordered_at": ["gte", "lt"],
        "batch": ["exact"],
    }


class ContactEventViewSet(BaseViewSet):
    serializer_class = serializers.ContactEventSerializer
    pagination_class = NewestFirstPagination
    filterset_fields = {
        "customer": ["exact"],
        "channel": ["exact"],
        "kind": ["exact"],
        "campaign": ["exact"],
        "run": ["exact"],
        "occurred_at": ["gte", "lt"],
        "batch": ["exact"],
    }


class ClientMasterProfileViewSet(BuildProfilesMixin, ReadOnlyBaseViewSet):
    serializer_class = serializers.ClientMasterProfileSerializer
    filterset_fields = (
        *("customer", "segment", "recency_score", "frequency_score", "monetary_score", "as_of"),
    )
    search_fields = ("customer__full_name",)
    ordering_fields = ("monetary_amount", "recency_days", "frequency", "confidence")


class RecoRunViewSet(RunActionsMixin, RunOutcomesMixin, ReadOnlyBaseViewSet):
    serializer_class = serializers.RecoRunSerializer
    filterset_fields = ("status", "as_of", "config_hash", "input_hash")
    ordering_fields = ("started_at", "as_of")


class RecoItemViewSet(ReadOnlyBaseViewSet):
    serializer_class = serializers.RecoItemSerializer
    filterset_fields = ("run", "customer", "product", "scenario", "rank", "is_holdout")
    ordering_fields = ("rank", "score")


class AuditItemViewSet(ReadOnlyBaseViewSet):
    serializer_class = serializers.AuditItemSerializer
    filterset_fields = {
        "batch": ["exact"],
        "run": ["exact"],
        "severity": ["exact"],
        "code": ["exact"],
        "object_type": ["exact"],
        "object_id": ["exact"],
        "resolved_at": ["isnull"],
    }
    search_fields = ("message",)
    ordering_fields = ("row_number", "resolved_at", "created_at")

    @extend_schema(summary="Note that somebody has dealt with an audit item", request=None)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Twice is once, under the first date."""
        return self.represent(services.resolve_audit_item(audit_item=self.get_object()))


class OutcomeEventViewSet(RecordOutcomesMixin, ReadOnlyBaseViewSet):
    serializer_class = serializers.OutcomeEventSerializer
    filterset_fields = {
        "reco_item": ["exact"],
        "reco_item__run": ["exact"],
        "order_line": ["exact"],
        "outcome": ["exact"],
        "occurred_at": ["gte", "lt"],
    }
    ordering_fields = ("occurred_at", "amount")
