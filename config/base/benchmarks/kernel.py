"""`benchmark kernel`: what the audit trail and the trash cost, beside the packages that do parts of it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from django.db import models
from django.db.models import F
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from . import Report, register
from .measure import Measurement, Timing, Work, interleave
from .tables import Family, benchmark_tables

ROWS = 10_000
LESSONS, EXERCISES = 50, 20  # with the course 1,051 rows
ROUNDS, SLOW_ROUNDS = 7, 3  # bulk_update and safedelete take seconds a time
BATCH = 500  # for bulk_update, which is quadratic in it
BODY = "Une fonction rend une valeur ; sans return elle rend None. " * 5
CREATE_BAR, UPDATE_BAR, QUERIES_BAR = 1.3, 2.5, 20


@register("kernel")
def benchmark_kernel(*, scale: float, using: str, progress: Callable[[str], None]) -> Report:
    """Create, update, delete and restore. The bars of the ratios are for PostgreSQL, at scale 1 and more."""
    rows, lessons = max(1, round(ROWS * scale)), max(1, round(LESSONS * scale))
    with benchmark_tables(using) as (tables, connection):
        bench = Bench(connection, ratio_bars=connection.vendor == "postgresql" and scale >= 1)
        report = Report()
        progress(f"Creating {rows:,} rows …")
        report.results += bench.create(tables.kernel, tables.stock, rows)
        progress(f"Updating {rows:,} rows …")
        report.results += bench.update(tables.kernel, tables.stock, rows)
        progress("Deleting and restoring a tree …")
        report.results += bench.trash(tables.kernel, tables.safedelete, lessons)
    if tables.safedelete is None:
        report.notes.append("django-safedelete is not installed: delete and restore stand beside themselves.")
    return report


class Bench:
    """The pieces of work, on tables reached through one connection."""

    def __init__(self, connection: Any, *, ratio_bars: bool) -> None:
        self.connection = connection
        self.ratio_bars = ratio_bars
        self.numbers = count(1)

    def create(self, kernel: Family, stock: Family, rows: int) -> list[Measurement]:
        model, other = kernel.exercise, stock.exercise
        plain, audited = f"plain bulk_create, {rows:,} rows", f"audited bulk_create, {rows:,} rows"
        helper = f"bulk_create_with_history, {rows:,} rows"
        works = {
            plain: self._on_new(kernel, rows, lambda objs: models.QuerySet(model).bulk_create(objs)),
            audited: self._on_new(kernel, rows, lambda objs: model.objects.bulk_create(objs)),
            helper: self._on_new(stock, rows, lambda objs: bulk_create_with_history(objs, other)),
        }
        pairs = [(audited, plain, CREATE_BAR), (helper, plain, None), (audited, helper, None)]
        return self._pair(interleave(works, rounds=ROUNDS, connection=self.connection), pairs)

    def update(self, kernel: Family, stock: Family, rows: int) -> list[Measurement]:
        """One value for all by `update`, one for each by `bulk_update`; simple-history helps with the latter alone."""
        self._fill([kernel, stock], rows)
        model, other, change = kernel.exercise, stock.exercise, {"points": F("points") + 1}
        plain, audited = f"plain update, {rows:,} rows", f"audited update, {rows:,} rows"
        plain_each, each = f"plain bulk_update, {rows:,} rows", f"audited bulk_update, {rows:,} rows"
        helper = f"bulk_update_with_history, {rows:,} rows"
        at_once: dict[str, Work] = {
            plain: lambda: lambda: models.QuerySet(model).update(**change),
            audited: lambda: lambda: model.objects.update(**change),
        }
        one_by_one = {
            plain_each: self._on_stored(
                model, lambda objs: models.QuerySet(model).bulk_update(objs, ["points"], BATCH)
            ),
            each: self._on_stored(model, lambda objs: model.objects.bulk_update(objs, ["points"], BATCH)),
            helper: self._on_stored(
                other, lambda objs: bulk_update_with_history(objs, other, ["points"], BATCH)
            ),
        }
        timings = interleave(at_once, rounds=ROUNDS, connection=self.connection)
        timings |= interleave(one_by_one, rounds=SLOW_ROUNDS, connection=self.connection)
        pairs: list[tuple[str, str, float | None]] = [
            (audited, plain, UPDATE_BAR),
            (helper, plain, None),
            (audited, helper, None),
        ]
        pairs += [(each, plain_each, None), (helper, plain_each, None), (each, helper, None)]
        return self._pair(timings, pairs)

    def trash(self, kernel: Family, safedelete: Family | None, lessons: int) -> list[Measurement]:
        works = self._tree(kernel, lessons, "", delete="delete", restore="restore")
        mine = others = list(works)
        if safedelete is not None:
            more = self._tree(
                safedelete, lessons, "django-safedelete's ", delete="delete", restore="undelete"
            )
            works, others = works | more, list(more)
        timings = interleave(works, rounds=SLOW_ROUNDS, connection=self.connection)
        return [
            Measurement(name, other, timings[name], timings[other], queries_bar=QUERIES_BAR)
            for name, other in zip(mine, others, strict=True)
        ]

    def _pair(
        self, timings: dict[str, Timing], pairs: list[tuple[str, str, float | None]]
    ) -> list[Measurement]:
        return [
            Measurement(one, other, timings[one], timings[other], ratio_bar=bar if self.ratio_bars else None)
            for one, other, bar in pairs
        ]

    def _tree(
        self, family: Family, lessons: int, whose: str, *, delete: str, restore: str
    ) -> dict[str, Work]:
        """Delete a course with its lessons and their exercises, and restore it, by its methods of these names."""
        self._clear(family)
        (course,) = self._new(family.course, 1)
        course.save()
        parts = self._new(family.lesson, lessons, parent=course)
        family.lesson.objects.bulk_create(parts)
        family.exercise.objects.bulk_create(
            [each for part in parts for each in self._new(family.exercise, EXERCISES, parent=part)]
        )
        self._analyze()
        done = [restore]

        def work(method: str, opposite: str) -> Work:
            def prepare() -> Callable[[], Any]:
                if done[-1] == method:
                    getattr(course, opposite)()
                done.append(method)
                return getattr(course, method)

            return prepare

        size = f"{1 + lessons * (1 + EXERCISES):,} rows"
        return {
            f"{whose}{delete}, {size}": work(delete, restore),
            f"{whose}{restore}, {size}": work(restore, delete),
        }

    def _on_new(self, family: Family, rows: int, work: Callable[[list[Any]], Any]) -> Work:
        """`work` on new instances under one parent; their table is emptied before each run."""

        def prepare() -> Callable[[], Any]:
            self._clear(family)
            parent = self._parent(family)
            objs = self._new(family.exercise, rows, parent=parent)
            return lambda: work(objs)

        return prepare

    def _on_stored(self, model: Any, work: Callable[[list[Any]], Any]) -> Work:
        """`work` on instances loaded from the table and changed."""

        def prepare() -> Callable[[], Any]:
            objs = list(model.objects.all())
            for obj in objs:
                obj.points += 1
            return lambda: work(objs)

        return prepare

    def _fill(self, families: list[Family], rows: int) -> None:
        for family in families:
            self._clear(family)
            objs = self._new(family.exercise, rows, parent=self._parent(family))
            models.QuerySet(family.exercise).bulk_create(objs)
        self._analyze()

    def _parent(self, family: Family) -> Any:
        (course,) = self._new(family.course, 1)
        course.save()
        (lesson,) = self._new(family.lesson, 1, parent=course)
        lesson.save()
        return lesson

    def _new(self, model: Any, rows: int, **values: Any) -> list[Any]:
        return [
            model(title=f"Exercice {number}", slug=f"exercice-{number}", body=BODY, **values)
            for number, _ in zip(self.numbers, range(rows), strict=False)
        ]

    def _clear(self, family: Family) -> None:
        tables = [model._meta.db_table for model in family.models]
        tables += [model.history.model._meta.db_table for model in family.models if hasattr(model, "history")]
        with self.connection.cursor() as cursor:
            if self.connection.vendor == "postgresql":
                cursor.execute(f"TRUNCATE {', '.join(tables)}")
                return
            for table in reversed(tables):
                cursor.execute(f"DELETE FROM {table}")

    def _analyze(self) -> None:
        """Give the planner the figures that it would have in a table that has been there for a while."""
        with self.connection.cursor() as cursor:
            cursor.execute("ANALYZE")
