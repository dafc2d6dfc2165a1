"""The names under which files speak of products."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.constraints_vendor import SearchIndex
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager

from ..fields import LabelKeyField, LineField, not_empty
from ..querysets import ProductAliasQuerySet
from ..validators import normalize_label


class ProductAlias(BaseModel):
    """A name under which files speak of a product: « Château  X » and « CHÂTEAU X » are one alias."""

    untracked_fields = ("normalized_label",)

    product = models.ForeignKey(
        "crm.Product", models.CASCADE, related_name="aliases", db_index=False, verbose_name=_("product")
    )
    raw_label = models.CharField(_("label as written"), max_length=255)
    normalized_label = LabelKeyField(_("label as compared"), max_length=1000, editable=False)
    source = LineField(
        _("source"), max_length=50, blank=True, default="", help_text=_("Where the name was met.")
    )

    objects = AliveManager.from_queryset(ProductAliasQuerySet)()
    all_objects = AllManager.from_queryset(ProductAliasQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("product alias")
        verbose_name_plural = _("product aliases")
        ordering = ["normalized_label", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "normalized_label",
                name="%(app_label)s_%(class)s_label",
                message=_("This name stands for a product already."),
            ),
            not_empty("normalized_label", message=_("A name is not empty.")),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            # the names of a product
            NamedIndex(fields=["product", "normalized_label"], name="%(app_label)s_%(class)s_by_product"),
            # what came from one source
            NamedIndex(fields=["source"], name="%(app_label)s_%(class)s_by_source"),
            # the newest first
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
            # a part of a text, blind to case and accents
            SearchIndex(fields=["raw_label"], name="%(app_label)s_%(class)s_search"),
        ]

    def __str__(self) -> str:
        return self.raw_label

    def natural_key(self) -> tuple[str]:
        return (normalize_label(self.raw_label),)

    natural_key.dependencies = ["crm.product"]  # type: ignore[attr-defined]

    def clean_fields(self, exclude: Any = None) -> None:
        self.normalized_label = normalize_label(self.raw_label or "")
        super().clean_fields(exclude)

    def clean(self) -> None:
        """What is compared is on no form: say there what stands against the name as written."""
        super().clean()
        if not self.normalized_label:
            raise ValidationError({"raw_label": _("A name is not empty.")}, code="blank")
        others = ProductAlias.objects.for_label(self.raw_label).exclude(pk=self.pk)
        if others.exists():
            raise ValidationError({"raw_label": _("This name stands for a product already.")}, code="unique")
