"""Customers, and what a merge of two of them moved."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from config.base.constraints import NamedIndex, alive_unique
from config.base.constraints_vendor import SearchIndex
from config.base.deletion import KEEP
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager, now_ms

from .. import shapes
from ..fields import EmailKeyField, KeyField, LineField, OptionalEmailField, OptionalLineField, not_empty
from ..querysets import CustomerMergeQuerySet, CustomerQuerySet
from ..validators import validate_country


class Customer(BaseModel):
    """Somebody who buys, known to files by the `customer_code`. Two customers may share an e-mail address.

    `is_bounced` and `is_opted_out` change by contact events only (see `crm.invariants`); `is_contactable` is the
    merchant's own switch. A customer who was merged into another keeps the row, which points there.

    Deleting somebody takes the profile along, which is derived. What happened with them (orders, contacts,
    recommendations) points here by KEEP: it stays, and with it every sum and every proof of consent, until the row is
    purged, which those facts refuse.
    """

    untracked_fields = ("email_key",)

    customer_code = KeyField(_("customer code"), max_length=100)
    full_name = OptionalLineField(_("full name"), max_length=150, null=True, blank=True)
    email = OptionalEmailField(_("e-mail"), max_length=255, null=True, blank=True)
    email_key = EmailKeyField(_("e-mail as compared"), max_length=1000, null=True, blank=True, editable=False)
    phone = PhoneNumberField(_("phone"), max_length=32, null=True, blank=True)
    address_line = LineField(_("address"), max_length=255, blank=True, default="")
    postal_code = LineField(_("postal code"), max_length=20, blank=True, default="")
    city = LineField(_("city"), max_length=100, blank=True, default="")
    country = KeyField(
        _("country"),
        max_length=2,
        blank=True,
        default="",
        validators=[validate_country],
        help_text=_("Two letters, such as FR."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="customers",
        db_index=False,
        verbose_name=_("user"),
    )
    is_bounced = models.BooleanField(_("messages bounce"), default=False, editable=False)
    is_opted_out = models.BooleanField(_("opted out"), default=False, editable=False)
    is_contactable = models.BooleanField(
        _("may be contacted"), default=True, help_text=_("Your own switch, beside what the customer said.")
    )
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="absorbed",
        db_index=False,
        editable=False,
        verbose_name=_("merged into"),
    )
    first_batch = models.ForeignKey(
        "crm.ImportBatch",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="new_customers",
        db_index=False,
        editable=False,
        verbose_name=_("first import"),
    )

    objects = AliveManager.from_queryset(CustomerQuerySet)()
    all_objects = AllManager.from_queryset(CustomerQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["customer_code", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "customer_code",
                name="%(app_label)s_%(class)s_code",
                message=_("There is a customer with that code already."),
            ),
            not_empty("customer_code", message=_("A customer has a code.")),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")),
                name="%(app_label)s_%(class)s_not_into_itself",
                violation_error_message=_("Nobody is merged into themselves."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            # the list of customers, which is in the order of their codes, those in the trash too
            NamedIndex(fields=["customer_code", "id"], name="%(app_label)s_%(class)s_by_code"),
            # order by name
            NamedIndex(fields=["full_name", "id"], name="%(app_label)s_%(class)s_by_name"),
            # who has this address, however it is written: matching in imports, proposals to merge
            NamedIndex(fields=["email_key"], name="%(app_label)s_%(class)s_by_email"),
            # customers of a country, of a city
            NamedIndex(fields=["country", "city"], name="%(app_label)s_%(class)s_by_place"),
            # order and filter by city
            NamedIndex(fields=["city"], name="%(app_label)s_%(class)s_by_city"),
            # who may be contacted, the three flags together: every run and every campaign
            NamedIndex(
                fields=["is_contactable", "is_opted_out", "is_bounced"],
                name="%(app_label)s_%(class)s_by_contactability",
            ),
            # who opted out
            NamedIndex(fields=["is_opted_out"], name="%(app_label)s_%(class)s_by_consent"),
            # whose messages bounce: addresses to be mended
            NamedIndex(fields=["is_bounced"], name="%(app_label)s_%(class)s_by_bounce"),
            # the customers that a user is
            NamedIndex(fields=["user"], name="%(app_label)s_%(class)s_by_user"),
            # who was merged into a customer: an old code is resolved
            NamedIndex(fields=["merged_into"], name="%(app_label)s_%(class)s_by_survivor"),
            # whom an import brought: undoing it
            NamedIndex(fields=["first_batch"], name="%(app_label)s_%(class)s_by_batch"),
            # the newest first
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
            # a part of these texts, blind to case and accents
            SearchIndex(
                fields=["full_name", "customer_code", "email"], name="%(app_label)s_%(class)s_search"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.full_name} ({self.customer_code})" if self.full_name else self.customer_code

    def natural_key(self) -> tuple[str]:
        return (self.customer_code,)

    natural_key.dependencies = [settings.AUTH_USER_MODEL, "crm.importbatch"]  # type: ignore[attr-defined]


class CustomerMerge(BaseModel):
    """Two customers turned out to be one: `moved` names every link that was turned round, so that it can be undone."""

    json_shapes = {"moved": shapes.MOVED}

    survivor = models.ForeignKey(
        "crm.Customer", KEEP, related_name="merges", db_index=False, verbose_name=_("survivor")
    )
    merged = models.ForeignKey(
        "crm.Customer", KEEP, related_name="merges_away", db_index=False, verbose_name=_("merged")
    )
    moved = models.JSONField(_("what was moved"), default=list, blank=True)
    merged_at = models.DateTimeField(_("merged on"), default=now_ms)
    undone_at = models.DateTimeField(_("undone on"), null=True, blank=True)

    objects = AliveManager.from_queryset(CustomerMergeQuerySet)()
    all_objects = AllManager.from_queryset(CustomerMergeQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("merge of customers")
        verbose_name_plural = _("merges of customers")
        ordering = ["-merged_at", "-id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "merged",
                condition=Q(undone_at__isnull=True),
                name="%(app_label)s_%(class)s_standing",
                message=_("This customer has been merged already."),
            ),
            alive_unique(
                *("survivor", "merged", "merged_at"),
                name="%(app_label)s_%(class)s_once",
                message=_("These two have been merged at that moment already."),
            ),
            models.CheckConstraint(
                condition=~Q(merged=F("survivor")),
                name="%(app_label)s_%(class)s_two",
                violation_error_message=_("Nobody is merged into themselves."),
            ),
            models.CheckConstraint(
                condition=Q(undone_at__gte=F("merged_at")),
                name="%(app_label)s_%(class)s_order",
                violation_error_message=_("A merge is undone after it was made."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            # the newest merges first
            NamedIndex(fields=["-merged_at", "-id"], name="%(app_label)s_%(class)s_newest"),
            # who was merged into a customer
            NamedIndex(fields=["survivor", "-merged_at"], name="%(app_label)s_%(class)s_by_survivor"),
            # into whom a customer was merged
            NamedIndex(fields=["merged", "-merged_at"], name="%(app_label)s_%(class)s_by_merged"),
            # merges that stand, or were undone
            NamedIndex(fields=["undone_at"], name="%(app_label)s_%(class)s_by_undoing"),
        ]

    def __str__(self) -> str:
        return f"{self.merged} → {self.survivor}"

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.survivor.natural_key(), *self.merged.natural_key(), self.merged_at)

    natural_key.dependencies = ["crm.customer"]  # type: ignore[attr-defined]
