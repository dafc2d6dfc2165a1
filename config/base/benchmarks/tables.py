"""Tables made for a benchmark: shaped like a course with lessons and exercises, once on the kernel, once on the
packages it is measured against. They exist in a scratch place and are known to Django only meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models, router
from simple_history.models import HistoricalRecords, registered_models

from .. import introspection
from ..constraints import alive_unique
from ..models import BaseModel
from ..scratch import ALIAS, scratch_database

APP = "base"


@dataclass(frozen=True)
class Family:
    """A course, its lessons, their exercises."""

    course: Any
    lesson: Any
    exercise: Any

    @property
    def models(self) -> tuple[Any, ...]:
        return self.course, self.lesson, self.exercise


@dataclass(frozen=True)
class Tables:
    """The kernel's, simple-history's as it comes, and django-safedelete's where it is installed."""

    kernel: Family
    stock: Family
    safedelete: Family | None

    @property
    def models(self) -> list[Any]:
        families = [family for family in (self.kernel, self.stock, self.safedelete) if family]
        found = [model for family in families for model in family.models]
        return [*found, *(model.history.model for model in found if hasattr(model, "history"))]


class Guide:
    """A database router: these models live in the scratch place, also for callers who name no database."""

    def __init__(self, guided: list[Any]) -> None:
        self.guided = set(guided)

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return ALIAS if model in self.guided else None

    db_for_write = db_for_read


@contextmanager
def benchmark_tables(beside: str) -> Iterator[tuple[Tables, Any]]:
    """The empty tables and the connection they live in; afterwards neither the database nor Django knows them.

    A restore looks into every table of the kernel's: on PostgreSQL it sees the real ones from the scratch place,
    elsewhere they are there as well, empty.
    """
    tables = _define()
    known = apps.all_models[APP]
    guide = Guide(tables.models)
    try:
        router.routers.insert(0, guide)
        for model in tables.models:
            known[model._meta.model_name] = model
        forget_models()
        with scratch_database(beside, commits=True) as connection:
            with connection.schema_editor() as editor:
                for model in tables.models if connection.vendor == "postgresql" else apps.get_models():
                    if model._meta.can_migrate(connection):
                        editor.create_model(model)
            yield tables, connection
    finally:
        router.routers.remove(guide)
        for model in tables.models:
            known.pop(model._meta.model_name, None)
            registered_models.pop(model._meta.db_table, None)
        forget_models()


def forget_models() -> None:
    """Let Django and the kernel look again at which models there are."""
    apps.clear_cache()
    for cached in ("kernel_models", "incoming", "parent_fields", "auto_links"):
        getattr(introspection, cached).cache_clear()


class Texts(models.Model):
    """The columns that all of them have."""

    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80, db_index=False)
    body = models.TextField(blank=True)
    points = models.PositiveIntegerField(default=1)
    price = models.DecimalField(max_digits=10, decimal_places=2, default=0)

    class Meta:
        abstract = True


@cache
def _define() -> Tables:
    """The classes, made once; Django registers a class where it is made."""
    return Tables(kernel=_kernel(), stock=_stock(), safedelete=_safedelete())


def _kernel() -> Family:
    def part(name: str, parent: Any) -> Any:
        slug = alive_unique(
            *(["parent"] if parent else []), "slug", name=f"{APP}_{name.lower()}_slug", message="Taken."
        )
        constraints = [*BaseModel.Meta.constraints, slug]
        return _model(name, (BaseModel, Texts), parent, meta=(BaseModel.Meta,), constraints=constraints)

    return _family(part, "BenchmarkCourse", "BenchmarkLesson", "BenchmarkExercise")


def _stock() -> Family:
    """simple-history as its manual says, on a table with as many columns and indexes; its user is not checked."""

    class Stock(Texts):
        id = models.BigAutoField(primary_key=True)
        created_at = models.DateTimeField(auto_now_add=True)
        updated_at = models.DateTimeField(auto_now=True)
        version = models.PositiveIntegerField(default=1)
        is_deleted = models.BooleanField(default=False)

        class Meta:
            abstract = True

    def part(name: str, parent: Any) -> Any:
        fields = ["parent", "slug"] if parent else ["slug"]
        slug = models.UniqueConstraint(fields=fields, name=f"{APP}_{name.lower()}_slug")
        records = HistoricalRecords(app=APP, user_db_constraint=False)
        return _model(name, (Stock,), parent, history=records, constraints=[slug])

    return _family(part, "StockCourse", "StockLesson", "StockExercise")


def _safedelete() -> Family | None:
    try:
        from safedelete.config import SOFT_DELETE_CASCADE
        from safedelete.models import SafeDeleteModel
    except ImportError:
        return None

    class Safe(SafeDeleteModel, Texts):
        _safedelete_policy = SOFT_DELETE_CASCADE
        id = models.BigAutoField(primary_key=True)

        class Meta:
            abstract = True

    def part(name: str, parent: Any) -> Any:
        return _model(name, (Safe,), parent)

    return _family(part, "SafeCourse", "SafeLesson", "SafeExercise")


def _family(part: Callable[[str, Any], Any], *names: str) -> Family:
    course = part(names[0], None)
    lesson = part(names[1], course)
    return Family(course, lesson, part(names[2], lesson))


def _model(
    name: str,
    bases: tuple[Any, ...],
    parent: Any,
    *,
    meta: tuple[Any, ...] = (),
    constraints: Sequence[Any] = (),
    **attributes: Any,
) -> Any:
    """A model class with a foreign key `parent`, unless that is None."""
    if parent is not None:
        attributes["parent"] = models.ForeignKey(parent, models.CASCADE, related_name="children")
    attributes["Meta"] = type(
        "Meta", meta, {"app_label": APP, "abstract": False, "constraints": list(constraints)}
    )
    return type(bases[0])(name, bases, {"__module__": __name__, **attributes})
