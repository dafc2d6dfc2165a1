"""What came of the recommendations."""

from __future__ import annotations

from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.fields import CurrencyField
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.rules import one_of

from ..fields import SignedAmountField
from ..querysets import OutcomeEventQuerySet


class Outcome(models.TextChoices):
    """What a credited line says: the lift is the contacted against the holdout."""

    CONTACTED = "CONTACTED", _("bought after a contact")
    UNCONTACTED = "UNCONTACTED", _("bought without a contact")
    HOLDOUT = "HOLDOUT", _("bought in the holdout")


class OutcomeEvent(BaseModel):
    """An order line credited to the item that recommended its product: once, and for good.

    A line that goes (an import undone) takes its credit along, for then nothing was bought; a purchase that turns out
    to have been cancelled in the window goes without (see `record_outcomes`). An item that was credited is not deleted
    (PROTECT), because reports of the past stand on it.
    """

    Outcome = Outcome

    append_only = True

    reco_item = models.ForeignKey(
        "crm.RecoItem",
        models.PROTECT,
        related_name="outcomes",
        db_index=False,
        verbose_name=_("recommendation"),
    )
    order_line = models.ForeignKey(
        "crm.OrderLine", models.CASCADE, related_name="outcomes", db_index=False, verbose_name=_("order line")
    )
    outcome = models.CharField(_("outcome"), max_length=11, choices=Outcome.choices)
    amount = SignedAmountField(_("amount"))
    currency = CurrencyField(_("currency"))
    occurred_at = models.DateTimeField(_("when"))

    objects = AliveManager.from_queryset(OutcomeEventQuerySet)()
    all_objects = AllManager.from_queryset(OutcomeEventQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ["-occurred_at", "-id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "order_line",
                name="%(app_label)s_%(class)s_line",
                message=_("This line has been credited already."),
            ),
            one_of("outcome", Outcome),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            # what came of a recommendation
            NamedIndex(fields=["reco_item"], name="%(app_label)s_%(class)s_by_item"),
            # is this line credited, in the trash too?
            NamedIndex(fields=["order_line"], name="%(app_label)s_%(class)s_by_line"),
            # the newest first; outcomes of a range of dates
            NamedIndex(fields=["-occurred_at", "-id"], name="%(app_label)s_%(class)s_by_date"),
            # the contacted against the holdout
            NamedIndex(fields=["outcome", "-occurred_at"], name="%(app_label)s_%(class)s_by_outcome"),
            # the largest first
            NamedIndex(fields=["-amount"], name="%(app_label)s_%(class)s_by_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} · {localtime(self.occurred_at):%Y-%m-%d}"

    def natural_key(self) -> tuple[str, str, str]:
        return self.order_line.natural_key()

    natural_key.dependencies = ["crm.recoitem", "crm.orderline"]  # type: ignore[attr-defined]
