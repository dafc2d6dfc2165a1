"""System checks: a model that would escape the kernel does not start."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.db import models

from .introspection import kernel_models
from .querysets import AliveManager, AllManager


@register()
def check_kernel_models(**kwargs: Any) -> list[CheckMessage]:
    """Default and base manager, base constraints and indexes, declared names, shapes of JSON columns."""
    return [error for model in kernel_models() for error in check_model(model)]


def check_model(model: Any) -> list[CheckMessage]:
    """What is wrong with one model."""
    meta = model._meta
    errors: list[CheckMessage] = []

    def refuse(code: str, message: str, hint: str) -> None:
        errors.append(Error(f"{meta.label} {message}", hint=hint, obj=model, id=f"base.{code}"))

    if not isinstance(meta.default_manager, AliveManager) or meta.default_manager_name != "objects":
        refuse(
            "E001",
            "does not show the alive rows by default.",
            "Keep `objects` an AliveManager; inherit Meta.",
        )
    if not isinstance(meta.base_manager, AllManager) or meta.base_manager_name != "all_objects":
        refuse(
            "E002",
            "has a base manager that may hide rows.",
            "Keep `all_objects` an AllManager; inherit Meta.",
        )
    named = {item.name for item in [*meta.constraints, *meta.indexes]}
    for suffix in ("deleted", "trash"):
        name = f"{meta.app_label}_{meta.model_name}_{suffix}"
        if name not in named:
            refuse(
                "E003",
                f"has dropped {name}.",
                "Write [*BaseModel.Meta.constraints, …] and [*BaseModel.Meta.indexes, …].",
            )
    fields = {field.name for field in meta.fields}
    declared = {*model.untracked_fields, *model.secret_fields, *model.deletion_values, *model.json_shapes}
    for name in sorted(declared - fields):
        refuse("E004", f"declares {name!r}, which is not one of its fields.", "Correct the name.")
    if not set(model.restored_values) <= set(model.deletion_values):
        refuse("E005", "restores values that its deletion does not set.", "Name them in deletion_values.")
    for field in meta.fields:
        if isinstance(field, models.JSONField) and field.name not in model.json_shapes:
            refuse("E006", f"has a JSON column {field.name!r} without a shape.", "Declare it in json_shapes.")
        if field.unique and not field.primary_key:
            refuse(
                "E007",
                f"has {field.name!r} unique over dead rows too.",
                "Use alive_unique, or UniqueEver to say so.",
            )
    return errors
