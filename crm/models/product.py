"""Products: what is sold, and what it tastes of."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.base.constraints import NamedIndex, alive_unique
from config.base.constraints_vendor import SearchIndex
from config.base.fields import AmountField, CurrencyField, default_currency
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.rules import one_of
from config.base.values import Money

from .. import shapes
from ..choices import Budget, Family, Sugar
from ..fields import KeyField, LineField, OptionalChoiceField, OptionalLineField, in_range, not_empty
from ..querysets import ProductQuerySet
from ..values import AROMA_COLUMNS, AromaAxes


def _axis(name: Any) -> models.SmallIntegerField:
    return models.SmallIntegerField(
        name, null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )


class Product(BaseModel):
    """Something that is sold, known to files by its `product_key`.

    What is not known is NULL: many a file names a product and says no more. `popularity` is derived by the profiles'
    builder. `premium_tier` begins at 1, so that a product of unknown standing is never recommended as a finer one.
    """

    untracked_fields = ("popularity",)
    json_shapes = {"season_tags": shapes.SEASON_TAGS}

    product_key = KeyField(_("product key"), max_length=100)
    label = LineField(_("label"), max_length=255)
    family = OptionalChoiceField(_("family"), max_length=10, choices=Family.choices, null=True, blank=True)
    grape = OptionalLineField(_("grape"), max_length=100, null=True, blank=True)
    sugar = OptionalChoiceField(_("sugar"), max_length=7, choices=Sugar.choices, null=True, blank=True)
    producer = OptionalLineField(
        _("producer"), max_length=100, null=True, blank=True, help_text=_("Who made it.")
    )
    category = OptionalLineField(
        _("category"), max_length=100, null=True, blank=True, help_text=_("Your own kind of product.")
    )
    vintage = models.PositiveSmallIntegerField(
        _("vintage"), null=True, blank=True, validators=[MinValueValidator(1700), MaxValueValidator(2200)]
    )
    price_amount = AmountField(_("price"), null=True, blank=True)
    price_currency = CurrencyField(_("currency"), null=True, blank=True, default=None)
    budget = OptionalChoiceField(_("price band"), max_length=8, choices=Budget.choices, null=True, blank=True)
    premium_tier = models.PositiveSmallIntegerField(
        _("tier"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("From 1, the plainest, to 5, the finest."),
    )
    season_tags = models.JSONField(
        _("seasons"), default=list, blank=True, help_text=_('A list such as ["SUMMER", "FESTIVE"].')
    )
    aroma_fruit = _axis(pgettext_lazy("wine", "fruit"))
    aroma_floral = _axis(pgettext_lazy("wine", "flowers"))
    aroma_spice = _axis(pgettext_lazy("wine", "spice"))
    aroma_mineral = _axis(pgettext_lazy("wine", "mineral"))
    aroma_acidity = _axis(pgettext_lazy("wine", "acidity"))
    aroma_body = _axis(pgettext_lazy("wine", "body"))
    aroma_tannin = _axis(pgettext_lazy("wine", "tannin"))
    popularity = models.FloatField(
        _("popularity"), default=0, editable=False, validators=[MinValueValidator(0)]
    )
    is_active = models.BooleanField(_("on sale"), default=True)

    objects = AliveManager.from_queryset(ProductQuerySet)()
    all_objects = AllManager.from_queryset(ProductQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["label", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "product_key",
                name="%(app_label)s_%(class)s_key",
                message=_("There is a product with that key already."),
            ),
            not_empty("product_key", message=_("A product has a key.")),
            one_of("family", Family),
            one_of("sugar", Sugar),
            one_of("budget", Budget),
            in_range("vintage", low=1700, high=2200, name="vintage_range", message=_("That is no vintage.")),
            models.CheckConstraint(
                condition=Q(price_amount__gte=0),
                name="%(app_label)s_%(class)s_price",
                violation_error_message=_("A price cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(price_amount__isnull=True, price_currency__isnull=True)
                | Q(price_amount__isnull=False, price_currency__isnull=False),
                name="%(app_label)s_%(class)s_money",
                violation_error_message=_("A price is an amount and a currency, or neither."),
            ),
            in_range("premium_tier", low=1, high=5, name="tier_range", message=_("A tier is from 1 to 5.")),
            models.CheckConstraint(
                condition=Q(popularity__gte=0),
                name="%(app_label)s_%(class)s_popularity",
                violation_error_message=_("A popularity is not negative."),
            ),
            in_range(
                *AROMA_COLUMNS, low=0, high=100, name="aroma_range", message=_("An aroma is from 0 to 100.")
            ),
            models.CheckConstraint(
                condition=Q(**{f"{name}__isnull": True for name in AROMA_COLUMNS})
                | Q(**{f"{name}__isnull": False for name in AROMA_COLUMNS}),
                name="%(app_label)s_%(class)s_aroma_together",
                violation_error_message=_("Give all seven aromas, or none."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            # the list of products, which is in the order of their labels
            NamedIndex(fields=["label", "id"], name="%(app_label)s_%(class)s_by_label"),
            # products of a family, and what else of it could be recommended
            NamedIndex(fields=["family", "-popularity"], name="%(app_label)s_%(class)s_by_family"),
            # products of a grape: cross-selling by grape
            NamedIndex(fields=["grape"], name="%(app_label)s_%(class)s_by_grape"),
            # products of a producer
            NamedIndex(fields=["producer"], name="%(app_label)s_%(class)s_by_producer"),
            # products of a category
            NamedIndex(fields=["category"], name="%(app_label)s_%(class)s_by_category"),
            # filter: dry, off-dry, sweet
            NamedIndex(fields=["sugar"], name="%(app_label)s_%(class)s_by_sugar"),
            # filter by price band
            NamedIndex(fields=["budget"], name="%(app_label)s_%(class)s_by_budget"),
            # something finer: products of a strictly higher tier, the most popular first
            NamedIndex(fields=["premium_tier", "-popularity"], name="%(app_label)s_%(class)s_by_tier"),
            # filter and order by vintage
            NamedIndex(fields=["vintage"], name="%(app_label)s_%(class)s_by_vintage"),
            # order by price
            NamedIndex(fields=["price_amount"], name="%(app_label)s_%(class)s_by_price"),
            # the most popular first: what the lapsed are won back with
            NamedIndex(fields=["-popularity"], name="%(app_label)s_%(class)s_by_popularity"),
            # what is on sale
            NamedIndex(fields=["is_active"], name="%(app_label)s_%(class)s_by_activity"),
            # the newest first
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
            # a part of these texts, blind to case and accents
            SearchIndex(fields=["label", "product_key", "grape"], name="%(app_label)s_%(class)s_search"),
        ]

    def __str__(self) -> str:
        return self.label

    def natural_key(self) -> tuple[str]:
        return (self.product_key,)

    @property
    def price(self) -> Money | None:
        """The price as a value object, or None where it is not known."""
        if self.price_amount is None or self.price_currency is None:
            return None
        return Money(self.price_amount, self.price_currency)

    @property
    def aroma_axes(self) -> AromaAxes | None:
        """The seven aromas as a value object, or None where they are not known."""
        values = [getattr(self, name) for name in AROMA_COLUMNS]
        return None if None in values else AromaAxes(*values)

    def clean(self) -> None:
        super().clean()
        if self.price_amount is not None and self.price_currency is None:
            self.price_currency = default_currency()
