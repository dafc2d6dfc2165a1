"""Products and the names under which files speak of them."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, BaseTabularInline

from ..models import Product, ProductAlias


class ProductAliasInline(BaseTabularInline):
    """The names of a product."""

    model = ProductAlias
    fields = ("raw_label", "source")


@admin.register(Product)
class ProductAdmin(BaseAdmin):
    icon = "wine_bar"
    menu_order = 20
    search_fields = ("label", "product_key", "grape")
    list_display = (
        *("label", "product_key", "family", "grape", "vintage"),
        *("price_shown", "premium_tier", "popularity", "is_active"),
    )
    sortable_by = ("label", "vintage", "price_shown", "popularity")
    list_filter = ("family", "sugar", "budget", "premium_tier", "is_active")
    ordering = ("label",)
    readonly_fields = ("popularity",)
    inlines = (ProductAliasInline,)
    fieldsets = (
        (None, {"fields": ("label", "product_key", "is_active")}),
        (
            _("Wine"),
            {"fields": (("family", "sugar"), ("grape", "vintage"), ("producer", "category"), "season_tags")},
        ),
        (
            _("Price and standing"),
            {"fields": (("price_amount", "price_currency"), ("budget", "premium_tier"), "popularity")},
        ),
        (
            _("Aromas"),
            {
                "description": _("All seven from 0 to 100, or none."),
                "fields": (
                    ("aroma_fruit", "aroma_floral", "aroma_spice", "aroma_mineral"),
                    ("aroma_acidity", "aroma_body", "aroma_tannin"),
                ),
            },
        ),
    )

    @admin.display(description=_("price"), ordering="price_amount", empty_value="–")
    def price_shown(self, product: Product) -> str | None:
        return str(product.price) if product.price else None


@admin.register(ProductAlias)
class ProductAliasAdmin(BaseAdmin):
    icon = "label"
    menu_order = 30
    search_fields = ("raw_label", "product__label")
    list_display = ("raw_label", "product", "source", "created_at")
    sortable_by = ("created_at",)
    list_filter = ("product",)
    ordering = ("normalized_label",)
    readonly_fields = ("normalized_label",)
    fieldsets = ((None, {"fields": ("product", "raw_label", "normalized_label", "source")}),)
