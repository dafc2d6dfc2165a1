"""The repository layer: Django's queryset, with every bulk write versioned and recorded.

What Django has (`get`, `filter`, slicing, `count`, `exists`) is used as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db import NotSupportedError, models, transaction
from django.db.models import Count, F, Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from .audit import current_actor_id
from .clock import now_ms
from .exceptions import DomainError, StaleObjectError
from .history import record
from .parents import require_alive_parents, require_alive_parents_of_rows
from .shapes import require_shapes, shape_errors

DELETION_FIELDS = frozenset({"is_deleted", "deleted_at", "deletion_id"})

M = TypeVar("M", bound=models.Model)


def alive_count(relation: str) -> Count:
    """Count the alive rows of a relation in `annotate`; a plain Count sees the dead ones too."""
    return Count(relation, filter=Q(**{f"{relation}__is_deleted": False}), distinct=True)


def stamp() -> dict[str, Any]:
    """The kernel columns that every tracked write sets, besides its version."""
    return {"updated_at": now_ms(), "updated_by": current_actor_id()}


def refuse_change(model: Any) -> None:
    """Raise DomainError for a model whose rows are facts, written once."""
    if model.append_only:
        message = _("A %(name)s is a fact and is never changed.") % {"name": model._meta.verbose_name}
        raise DomainError(message, code="append_only")


class BaseQuerySet(models.QuerySet[M]):
    """The base of every model's queryset."""

    def alive(self) -> Self:
        """Rows that are not in the trash."""
        return self.filter(is_deleted=False)

    def dead(self) -> Self:
        """Rows in the trash; only `all_objects` shows any."""
        return self.filter(is_deleted=True)

    def get_or_404(self, **lookup: Any) -> M:
        """The one row, or Http404."""
        return get_object_or_404(self, **lookup)

    def by_natural_key(self, **lookup: Any) -> M:
        """The row that a natural key names, the alive one first; a dead one is found too, never duplicated."""
        rows = self.model.all_objects.using(self.db).filter(**lookup).order_by("is_deleted", "-id")
        found = rows.first()
        if found is None:
            raise self.model.DoesNotExist(f"{self.model._meta.label} matching {lookup} does not exist.")
        return found

    def update(self, **values: Any) -> int:
        """Update, versioned and recorded; the number of rows. Untracked columns alone are a plain UPDATE."""
        names = {self.model._meta.get_field(name).name for name in values}
        if names & DELETION_FIELDS:
            raise ValueError("Deleting and restoring go through delete() and restore().")
        if self.model._meta.pk.name in names:
            raise ValueError("A key never changes: the history would lose its row.")
        errors = shape_errors(self.model, values)
        if errors:
            raise ValidationError(errors)
        if names <= set(self.model.untracked_fields):
            return super().update(**values)
        refuse_change(self.model)
        self._not_support_combined_queries("update")
        if self.query.is_sliced:
            raise TypeError("Cannot update a query once a slice has been taken.")
        self._for_write = True
        with transaction.atomic(using=self.db, savepoint=False):
            keys = self._lock_keys()
            if not keys:
                return 0
            rows = self if self.query.annotations else self.model._base_manager.using(self.db)
            values = {**stamp(), **values, "version": F("version") + 1}
            changed = models.QuerySet.update(rows.filter(pk__any_of=keys).order_by(), **values)
            require_alive_parents_of_rows(self.model, keys, names, using=self.db)
            record(self.model, keys, using=self.db)
        return changed

    update.alters_data = True  # type: ignore[attr-defined]

    def _lock_keys(self) -> list[Any]:
        """The keys of the rows, locked in a fixed order until the transaction ends."""
        rows = self.model._base_manager.using(self.db)
        query = self.query
        if query.distinct or query.group_by is not None or query.combinator:
            rows = rows.filter(pk__in=self.order_by().values("pk"))
        else:
            rows = self.using(self.db)
            rows.query.select_related = False  # the method refuses a queryset of values()
        return list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))

    def bulk_create(  # type: ignore[override]
        self,
        objs: Iterable[M],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[M]:
        """Insert all of them as version 1, recorded. Conflict handling is refused: what was written is unknown."""
        if ignore_conflicts or update_conflicts:
            raise NotSupportedError(
                "bulk_create cannot ignore or update on conflicts here, because it could not record what it did: "
                "stage the rows and merge them."
            )
        objs = list(objs)
        self._for_write = True
        require_shapes(objs)
        actor, now = current_actor_id(), now_ms()
        for obj in objs:
            obj.version, obj.updated_at, obj.updated_by_id = 1, now, actor
            obj.created_by_id = obj.created_by_id or actor
        with transaction.atomic(using=self.db, savepoint=False):
            require_alive_parents(objs, using=self.db)
            created = super().bulk_create(objs, batch_size)
            if created:
                record(self.model, [obj.pk for obj in created], using=self.db)
        return created

    def bulk_update(self, objs: Iterable[M], fields: Iterable[str], batch_size: int | None = None) -> int:
        """Update these columns of these instances, each under its optimistic lock, and raise their versions."""
        objs, fields = list(objs), list(fields)
        require_shapes(objs, fields)
        if {self.model._meta.get_field(name).name for name in fields} <= set(self.model.untracked_fields):
            return super().bulk_update(objs, fields, batch_size)
        self._for_write = True
        with transaction.atomic(using=self.db, savepoint=False):
            rows = self.model._base_manager.using(self.db).filter(pk__any_of=[obj.pk for obj in objs])
            alive = rows.filter(is_deleted=False).order_by("pk").select_for_update()
            stored = dict(alive.values_list("pk", "version"))
            for obj in objs:
                expected = obj.__dict__.get("version")
                if expected is None or stored.get(obj.pk) != expected:
                    raise StaleObjectError(obj, expected=expected, found=stored.get(obj.pk))
            changed = super().bulk_update(objs, fields, batch_size)
        for obj in objs:
            obj.version += 1
        return changed

    def delete(self) -> tuple[int, dict[str, int]]:
        """Move the rows, and all that falls with them, to the trash. What Django returns: total and by model."""
        from .deletion import soft_delete

        return soft_delete(self).as_django_result()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def purge(self) -> dict[str, int]:
        """Really DELETE the rows; see `deletion.purge_rows`."""
        from .deletion import purge_rows

        return purge_rows(self)

    purge.alters_data = True  # type: ignore[attr-defined]
    purge.queryset_only = True  # type: ignore[attr-defined]


# Named, because the type checker follows a name and not a call.
KernelManager = models.Manager.from_queryset(BaseQuerySet)


class AliveManager(KernelManager):
    """The default manager: rows that are not in the trash."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(is_deleted=False)


class AllManager(KernelManager):
    """The base manager: every row, so that a foreign key to a dead row still loads."""
