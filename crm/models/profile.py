"""What is known of a customer, summed up from the orders."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.fields import CurrencyField
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.rules import one_of

from .. import shapes
from ..choices import Segment
from ..fields import SignedAmountField, in_range
from ..querysets import ClientMasterProfileQuerySet


def _score(name: Any) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(name, validators=[MinValueValidator(1), MaxValueValidator(5)])


def _share(name: Any) -> models.FloatField:
    return models.FloatField(name, default=0, validators=[MinValueValidator(0), MaxValueValidator(1)])


def _top(name: Any) -> models.JSONField:
    return models.JSONField(name, default=list, blank=True)


#: Everything but whose profile it is.
FIGURES = (
    *("recency_days", "frequency", "monetary_amount", "monetary_currency"),
    *("recency_score", "frequency_score", "monetary_score", "segment"),
    *("top_families", "top_grapes", "top_sugars", "top_budgets", "aroma_profile"),
    *("family_diversity", "grape_diversity", "product_diversity", "confidence", "as_of"),
)


class ClientMasterProfile(BaseModel):
    """One customer as of the beginning of a day: how lately, how often, for how much (RFM), and what they like.

    Recency in whole days; frequency in orders, those of one day being one and cancelled ones taken out; monetary is
    what was charged less what was taken back, so that it may be negative. Scores from 1, the worst, to 5. Diversity
    from 0, always the same, to 1, never twice the same. Confidence from 0, hardly any orders, to 1. How each is told:
    see `crm.profiling`.

    All of it is derived and untracked: it can be rebuilt from the orders, and a nightly rebuild of every profile
    would otherwise write as much history as there are customers.
    """

    Segment = Segment

    untracked_fields = FIGURES
    json_shapes = {
        "top_families": shapes.TOP_FAMILIES,
        "top_grapes": shapes.TOP_GRAPES,
        "top_sugars": shapes.TOP_SUGARS,
        "top_budgets": shapes.TOP_BUDGETS,
        "aroma_profile": shapes.AROMA_PROFILE,
    }

    customer = models.ForeignKey(
        "crm.Customer", models.CASCADE, related_name="profiles", db_index=False, verbose_name=_("customer")
    )
    recency_days = models.PositiveIntegerField(_("days since the last order"))
    frequency = models.PositiveIntegerField(_("number of orders"))
    monetary_amount = SignedAmountField(_("spent"), max_digits=15)  # the sum of many lines of twelve
    monetary_currency = CurrencyField(_("currency"))
    recency_score = _score(_("recency score"))
    frequency_score = _score(_("frequency score"))
    monetary_score = _score(_("spending score"))
    segment = models.CharField(_("segment"), max_length=18, choices=Segment.choices)
    top_families = _top(_("favourite families"))
    top_grapes = _top(_("favourite grapes"))
    top_sugars = _top(_("favourite sweetness"))
    top_budgets = _top(_("favourite price bands"))
    aroma_profile = _top(_("favourite aromas"))
    family_diversity = _share(_("diversity of families"))
    grape_diversity = _share(_("diversity of grapes"))
    product_diversity = _share(_("diversity of products"))
    confidence = _share(_("confidence"))
    as_of = models.DateField(_("as of"))

    objects = AliveManager.from_queryset(ClientMasterProfileQuerySet)()
    all_objects = AllManager.from_queryset(ClientMasterProfileQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("customer profile")
        verbose_name_plural = _("customer profiles")
        ordering = ["-monetary_amount", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "customer",
                name="%(app_label)s_%(class)s_customer",
                message=_("This customer has a profile already."),
            ),
            one_of("segment", Segment),
            in_range(
                *("recency_score", "frequency_score", "monetary_score"),
                low=1,
                high=5,
                name="scores",
                message=_("A score is from 1 to 5."),
            ),
            in_range(
                *("family_diversity", "grape_diversity", "product_diversity", "confidence"),
                low=0,
                high=1,
                name="shares",
                message=_("Diversity and confidence are between 0 and 1."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            # the profile of a customer, one in the trash too
            NamedIndex(fields=["customer"], name="%(app_label)s_%(class)s_by_customer"),
            # a segment, those who spent most first: whom to write to
            NamedIndex(fields=["segment", "-monetary_amount"], name="%(app_label)s_%(class)s_by_segment"),
            # those who spent most first
            NamedIndex(fields=["-monetary_amount", "id"], name="%(app_label)s_%(class)s_by_spending"),
            # who has not ordered for long
            NamedIndex(fields=["recency_days"], name="%(app_label)s_%(class)s_by_recency"),
            # who orders most often
            NamedIndex(fields=["-frequency"], name="%(app_label)s_%(class)s_by_frequency"),
            # the scores of the RFM grid
            NamedIndex(
                fields=["recency_score", "frequency_score", "monetary_score"],
                name="%(app_label)s_%(class)s_by_scores",
            ),
            # filter: the second side of the grid alone
            NamedIndex(fields=["frequency_score"], name="%(app_label)s_%(class)s_by_f"),
            # filter: the third side of the grid alone
            NamedIndex(fields=["monetary_score"], name="%(app_label)s_%(class)s_by_m"),
            # which profiles are known well
            NamedIndex(fields=["-confidence"], name="%(app_label)s_%(class)s_by_confidence"),
            # which profiles are behind the newest build
            NamedIndex(fields=["as_of"], name="%(app_label)s_%(class)s_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.get_segment_display()}"

    def natural_key(self) -> tuple[str]:
        return self.customer.natural_key()

    natural_key.dependencies = ["crm.customer"]  # type: ignore[attr-defined]
