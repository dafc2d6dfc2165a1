"""What the API shows and takes of customers and all that is known about them."""

from __future__ import annotations

from rest_framework import serializers

from accounts.api.fields import PhoneField
from config.base.serializers import KERNEL, BaseSerializer

from .. import models
from ..choices import Channel
from .fields import AromaAxesField


class ProductSerializer(BaseSerializer):
    """A product. A price is an amount and a currency; the aromas are one object, or null."""

    aroma_axes = AromaAxesField()

    class Meta:
        model = models.Product
        fields = (
            *("id", "product_key", "label", "family", "grape", "producer", "category", "sugar", "vintage"),
            *("price_amount", "price_currency", "budget", "premium_tier", "season_tags"),
            *("aroma_axes", "popularity", "is_active"),
            *KERNEL,
        )


class ProductAliasSerializer(BaseSerializer):
    """A name under which files speak of a product."""

    class Meta:
        model = models.ProductAlias
        fields = ("id", "product", "raw_label", "normalized_label", "source", *KERNEL)


class ImportBatchSerializer(BaseSerializer):
    """An import; read-only."""

    class Meta:
        model = models.ImportBatch
        fields = (
            *("id", "kind", "file_name", "sha256", "mapping", "status"),
            *("rows_read", "rows_created", "rows_updated", "rows_unchanged", "rows_rejected"),
            *("started_at", "finished_at", "imported_by", "bytes_total", "bytes_read", "progress_at"),
            *("cancel_requested", "failure"),
            *KERNEL,
        )


class CustomerSerializer(BaseSerializer):
    """A customer. Opted out and in by actions of their own; the flags follow what was recorded."""

    phone = PhoneField(required=False, allow_null=True)

    class Meta:
        model = models.Customer
        fields = (
            *("id", "customer_code", "full_name", "email", "email_key", "phone"),
            *("address_line", "postal_code", "city", "country", "user"),
            *("is_contactable", "is_bounced", "is_opted_out", "merged_into", "first_batch"),
            *KERNEL,
        )


class CustomerMergeSerializer(BaseSerializer):
    """A merge; read-only."""

    class Meta:
        model = models.CustomerMerge
        fields = ("id", "survivor", "merged", "moved", "merged_at", "undone_at", *KERNEL)


class DistinctPairSerializer(BaseSerializer):
    """Two customers who look alike and are two."""

    class Meta:
        model = models.DistinctPair
        fields = ("id", "first", "second", *KERNEL)


class OrderLineSerializer(BaseSerializer):
    """An order line; a cancellation has a negative quantity and amount."""

    class Meta:
        model = models.OrderLine
        fields = (
            *("id", "source", "order_reference", "line_key", "customer", "product", "ordered_at"),
            *("quantity", "unit_price", "amount", "currency", "raw_label", "batch"),
            *KERNEL,
        )


class ContactEventSerializer(BaseSerializer):
    """A contact. A bounce or a consent also sets the customer's flags."""

    class Meta:
        model = models.ContactEvent
        fields = (
            *("id", "event_key", "customer", "channel", "kind", "occurred_at", "campaign", "run", "batch"),
            *KERNEL,
        )


class ClientMasterProfileSerializer(BaseSerializer):
    """A customer's profile; read-only."""

    class Meta:
        model = models.ClientMasterProfile
        fields = (
            *("id", "customer", "recency_days", "frequency", "monetary_amount", "monetary_currency"),
            *("recency_score", "frequency_score", "monetary_score", "segment"),
            *("top_families", "top_grapes", "top_sugars", "top_budgets", "aroma_profile"),
            *("family_diversity", "grape_diversity", "product_diversity", "confidence", "as_of"),
            *KERNEL,
        )


class RecoRunSerializer(BaseSerializer):
    """A run of the recommendations; read-only."""

    class Meta:
        model = models.RecoRun
        fields = (
            *("id", "as_of", "config", "config_hash", "input_hash", "status"),
            *("counts", "timings", "started_at", "finished_at"),
            *KERNEL,
        )


class RecoItemSerializer(BaseSerializer):
    """A recommendation with its reasons; read-only."""

    class Meta:
        model = models.RecoItem
        fields = (
            *("id", "run", "customer", "product", "rank", "scenario", "score", "reasons"),
            *("explanation_fr", "explanation_en", "is_holdout"),
            *KERNEL,
        )


class AuditItemSerializer(BaseSerializer):
    """What an import or a run noticed; read-only but for the action that resolves it."""

    class Meta:
        model = models.AuditItem
        fields = (
            *("id", "batch", "run", "number", "severity", "code", "row_number"),
            *("object_type", "object_id", "message", "details", "resolved_at"),
            *KERNEL,
        )


class OutcomeEventSerializer(BaseSerializer):
    """What came of a recommendation; read-only."""

    class Meta:
        model = models.OutcomeEvent
        fields = ("id", "reco_item", "order_line", "outcome", "amount", "currency", "occurred_at", *KERNEL)


class ConsentSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """By which channel the customer said so."""

    channel = serializers.ChoiceField(choices=Channel.choices, default=Channel.EMAIL)
