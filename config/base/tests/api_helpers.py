"""What the API's tests share: which endpoints there are, and many rows of a model quickly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import factory
from django.db import models
from django.urls import URLPattern, get_resolver, reverse

from config.base.introspection import kernel_models
from config.base.testing import etag

from .helpers import factory_for, make


@dataclass(frozen=True)
class Endpoint:
    """One registered viewset on a kernel model."""

    name: str
    viewset: Any

    @property
    def model(self) -> Any:
        return self.viewset.serializer_class.Meta.model

    @property
    def url(self) -> str:
        return reverse(f"{self.name}-list")

    def url_of(self, row: Any, action: str = "") -> str:
        return f"{self.url}{row.pk}/{action and action + '/'}"

    def can(self, action: str) -> bool:
        return hasattr(self.viewset, action)

    def filters(self) -> dict[str, Any]:
        from config.base.api.filters import FilterBackend

        backend = FilterBackend().get_filterset_class(self.viewset(), self.model._default_manager.none())
        return dict(backend.base_filters) if backend else {}


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """Every viewset of the back office that stands on the API's base, by route name; those below /me/ are others."""
    found = {}
    for pattern in _patterns(get_resolver().url_patterns):
        viewset = getattr(pattern.callback, "cls", None)
        ours = hasattr(viewset, "required_right") and not viewset.is_personal
        if ours and (pattern.name or "").endswith("-list"):
            found[pattern.name.removesuffix("-list")] = viewset
    return tuple(Endpoint(name, viewset) for name, viewset in sorted(found.items()))


def _patterns(entries: Any) -> Any:
    for entry in entries:
        if isinstance(entry, URLPattern):
            yield entry
        else:
            yield from _patterns(entry.url_patterns)


def endpoint_of(model: Any) -> Endpoint:
    return next(each for each in endpoints() if each.model is model)


def if_match(row: Any) -> dict[str, str]:
    return {"If-Match": etag(row)}


def make_many(model: Any, number: int) -> list[Any]:
    """That many rows by one audited insert; parents are shared as far as the model's unique rules allow.

    Links of Django's own making are filled too, so that a query per row would show.
    """
    build = factory_for(model).build
    parents = {name: _parents(model, name, number) for name in _parent_names(model)}
    rows = [build(**{name: each[position] for name, each in parents.items()}) for position in range(number)]
    rows = model.objects.bulk_create(rows)
    for field in model._meta.many_to_many:
        if field.remote_field.through._meta.auto_created:
            _link(field, rows)
    return rows


def _parent_names(model: Any) -> list[str]:
    declared = factory_for(model)._meta.declarations
    return [name for name in declared if isinstance(declared[name], factory.SubFactory)]


def _parents(model: Any, name: str, number: int) -> list[Any]:
    target = model._meta.get_field(name).related_model
    if name not in _fields_in_unique_rules(model):
        return [factory_for(model)._meta.declarations[name].get_factory()()] * number
    if target in kernel_models():
        return make_many(target, number)
    return factory_for(model)._meta.declarations[name].get_factory().create_batch(number)


def _fields_in_unique_rules(model: Any) -> set[str]:
    from config.base.constraints import constraint_fields

    return {
        name
        for constraint in model._meta.constraints
        if not isinstance(constraint, models.CheckConstraint)
        for name in constraint_fields(constraint)
    }


def _link(field: Any, rows: list[Any]) -> None:
    target = field.related_model
    if target in kernel_models():
        targets = [make(target), make(target)]
    else:
        targets = list(target._default_manager.all()[:2])
    through = field.remote_field.through
    owner, other = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
    through._base_manager.bulk_create(
        through(**{owner: row.pk, other: each.pk}) for row in rows for each in targets if row.pk != each.pk
    )
