"""Questions about models that several kernel modules ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models

if TYPE_CHECKING:
    from .models import BaseModel


@dataclass(frozen=True)
class Incoming:
    """A foreign key that points at a model: the pointing model, the field, what a deletion does with it."""

    model: type[models.Model]
    field: models.ForeignKey[Any, Any]
    on_delete: Callable[..., Any]


def is_kernel_model(model: Any) -> bool:
    """Does this concrete model stand on BaseModel? (By a mark, so that nobody here needs to import it.)"""
    return getattr(model, "stands_on_kernel", False) and not model._meta.abstract


@cache
def kernel_models() -> tuple[type[BaseModel], ...]:
    """Every concrete model that stands on BaseModel, in a fixed order."""
    return tuple(model for model in apps.get_models() if is_kernel_model(model) and not model._meta.proxy)


@cache
def incoming(model: type[models.Model]) -> tuple[Incoming, ...]:
    """The foreign keys that point at this model and have a say when it is deleted; history has none."""
    relations: Iterable[Any] = model._meta.get_fields(include_hidden=True)
    found = [
        Incoming(relation.related_model, relation.field, relation.on_delete)
        for relation in relations
        if (relation.one_to_many or relation.one_to_one)
        and relation.auto_created
        and not relation.concrete
        and relation.on_delete is not models.DO_NOTHING
    ]
    return tuple(sorted(found, key=lambda item: (item.model._meta.label, item.field.name)))


@cache
def parent_fields(model: Any) -> tuple[models.ForeignKey[Any, Any], ...]:
    """The foreign keys whose target must be alive for a row of this model to live: CASCADE and PROTECT."""
    return tuple(
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.remote_field.on_delete in (models.CASCADE, models.PROTECT, models.RESTRICT)
        and is_kernel_model(field.related_model)
    )


@cache
def auto_links(model: type[models.Model]) -> tuple[models.ManyToManyField[Any, Any], ...]:
    """The many-to-many fields, declared anywhere, that touch this model through a table of Django's making."""
    return tuple(
        field
        for owner in apps.get_models()
        for field in owner._meta.local_many_to_many
        if field.remote_field.through._meta.auto_created and model in (owner, field.related_model)
    )
