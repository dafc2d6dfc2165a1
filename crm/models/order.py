"""What was ordered, line by line."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.deletion import KEEP
from config.base.fields import AmountField, CurrencyField
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager

from ..fields import KeyField, SignedAmountField, not_empty
from ..querysets import OrderLineQuerySet


class OrderLine(BaseModel):
    """So many of a product, ordered by a customer at a moment. A cancellation is a line of negative quantity.

    `source`, `order_reference` and `line_key` are what makes a line the same in a file read twice: the number of the
    line in its order or, where the file has none, a hash of its content. `amount` is what was charged, and decides:
    `unit_price` may be rounded from it.

    Orders are facts. A customer who is deleted leaves them behind (KEEP): neither what was sold nor what a run read
    changes because somebody asked to be forgotten. A product that was sold is taken off sale, not deleted (PROTECT).
    """

    source = KeyField(_("source"), max_length=50, help_text=_("The shop or file that numbers its orders."))
    order_reference = KeyField(_("order number"), max_length=100)
    line_key = KeyField(_("line"), max_length=80)
    customer = models.ForeignKey(
        "crm.Customer", KEEP, related_name="order_lines", db_index=False, verbose_name=_("customer")
    )
    product = models.ForeignKey(
        "crm.Product", models.PROTECT, related_name="order_lines", db_index=False, verbose_name=_("product")
    )
    ordered_at = models.DateTimeField(_("ordered on"))
    quantity = models.IntegerField(_("quantity"), help_text=_("Negative for a cancellation."))
    unit_price = AmountField(_("unit price"), max_digits=12)
    amount = SignedAmountField(_("amount"), help_text=_("Negative for a cancellation."))
    currency = CurrencyField(_("currency"))
    raw_label = models.CharField(_("label as written"), max_length=255, blank=True, default="")
    batch = models.ForeignKey(
        "crm.ImportBatch",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="order_lines",
        db_index=False,
        editable=False,
        verbose_name=_("import"),
    )

    objects = AliveManager.from_queryset(OrderLineQuerySet)()
    all_objects = AllManager.from_queryset(OrderLineQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["-ordered_at", "-id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                *("source", "order_reference", "line_key"),
                name="%(app_label)s_%(class)s_key",
                message=_("This order already has that line."),
            ),
            not_empty("source", message=_("A line has a source.")),
            not_empty("order_reference", message=_("A line belongs to an order.")),
            not_empty("line_key", message=_("A line has a key in its order.")),
            models.CheckConstraint(
                condition=~Q(quantity=0),
                name="%(app_label)s_%(class)s_quantity",
                violation_error_message=_("A quantity is not zero."),
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0),
                name="%(app_label)s_%(class)s_unit_price",
                violation_error_message=_("A price cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, amount__gte=0) | Q(quantity__lt=0, amount__lte=0),
                name="%(app_label)s_%(class)s_signs",
                violation_error_message=_("Quantity and amount are both positive, or both negative."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            # what a customer ordered, the newest first: profiles, the page of a customer
            NamedIndex(fields=["customer", "-ordered_at"], name="%(app_label)s_%(class)s_by_customer"),
            # who ordered a product, the newest first: popularity, co-purchases
            NamedIndex(fields=["product", "-ordered_at"], name="%(app_label)s_%(class)s_by_product"),
            # the newest orders first; orders of a range of dates
            NamedIndex(fields=["-ordered_at", "-id"], name="%(app_label)s_%(class)s_by_date"),
            # the orders of a source, the newest first
            NamedIndex(fields=["source", "-ordered_at"], name="%(app_label)s_%(class)s_by_source"),
            # the lines of an order
            NamedIndex(fields=["order_reference"], name="%(app_label)s_%(class)s_by_order"),
            # what an import brought: undoing it
            NamedIndex(fields=["batch"], name="%(app_label)s_%(class)s_by_batch"),
            # the largest amounts first
            NamedIndex(fields=["-amount"], name="%(app_label)s_%(class)s_by_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.order_reference} · {self.line_key}"

    def natural_key(self) -> tuple[str, str, str]:
        return (self.source, self.order_reference, self.line_key)

    natural_key.dependencies = ["crm.customer", "crm.product", "crm.importbatch"]  # type: ignore[attr-defined]

    @property
    def is_cancellation(self) -> bool:
        """Does this line take back what another one sold?"""
        return self.quantity < 0
