"""What the tests of merges share."""

from __future__ import annotations

from typing import Any

from config.base.introspection import kernel_models
from crm.models import Customer, CustomerMerge

#: What only says when and by whom a row was last written.
STAMPS = {"version", "updated_at", "updated_by_id"}


def everything() -> dict[tuple[str, int], dict[str, Any]]:
    """Every row of this app but the merges, by model and key: all columns but the stamps."""
    rows = {}
    for model in kernel_models():
        if model._meta.app_label == "crm" and model is not CustomerMerge:
            for row in model.all_objects.values():
                rows[model._meta.label_lower, row["id"]] = {
                    name: value for name, value in row.items() if name not in STAMPS
                }
    return rows


def stored(customer: Customer) -> Customer:
    return Customer.all_objects.get(pk=customer.pk)


def flags(customer: Customer) -> tuple[bool, bool]:
    """(bounced, opted out) as stored."""
    return Customer.all_objects.values_list("is_bounced", "is_opted_out").get(pk=customer.pk)
