"""The order lines of django-import-export as its manual says: a ModelResource, here on a plain table without history.

The table has the columns, the keys and the foreign keys of ours, and no other index.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

from config.base.benchmarks.tables import forget_models

from ..models import Customer, Product

APP = "crm"


@contextmanager
def stock_resource(connection: Any) -> Iterator[Any]:
    """A resource on an empty table, which Django knows only meanwhile; None where the package is not installed."""
    try:
        from import_export import fields, resources, widgets  # type: ignore[import-untyped]
    except ImportError:
        yield None
        return

    model = table = _model()

    class Lines(resources.ModelResource):  # type: ignore[misc]
        customer = fields.Field(
            *("customer", "customer_code"), widget=widgets.ForeignKeyWidget(Customer, "customer_code")
        )
        product = fields.Field(
            *("product", "product_key"), widget=widgets.ForeignKeyWidget(Product, "product_key")
        )

        class Meta:
            model = table
            import_id_fields = ("order_reference", "line_number")
            fields = (
                *("order_reference", "line_number", "ordered_at", "customer", "product"),
                *("quantity", "unit_price", "currency"),
            )

    try:
        with connection.schema_editor() as editor:
            editor.create_model(model)
        yield Lines()
    finally:
        apps.all_models[APP].pop(model._meta.model_name, None)
        forget_models()


def import_with(resource: Any, path: Path, *, dry_run: bool = False) -> Any:
    """The package's normal mode: row by row, in one transaction. Raises its first error."""
    import tablib  # type: ignore[import-untyped]

    data = tablib.Dataset().load(path.read_text(encoding="utf-8"), format="csv")
    return resource.import_data(data, dry_run=dry_run, raise_errors=True, use_transactions=True)


def _model() -> Any:
    """The class of the table; Django registers it where it is made."""
    meta = type(
        "Meta",
        (),
        {
            "app_label": APP,
            "constraints": [
                models.UniqueConstraint(fields=["order_reference", "line_number"], name="crm_stockline_key")
            ],
        },
    )
    attributes = {
        "__module__": __name__,
        "Meta": meta,
        "id": models.BigAutoField(primary_key=True),
        "order_reference": models.CharField(max_length=100),
        "line_number": models.CharField(max_length=80),
        "ordered_at": models.DateTimeField(),
        "customer": models.ForeignKey(Customer, models.PROTECT, related_name="+"),
        "product": models.ForeignKey(Product, models.PROTECT, related_name="+"),
        "quantity": models.IntegerField(),
        "unit_price": models.DecimalField(max_digits=12, decimal_places=2),
        "currency": models.CharField(max_length=3),
    }
    maker: Any = type(models.Model)
    return maker("StockLine", (models.Model,), attributes)
