"""The audit trail: django-simple-history's tables and reading side, with a writing side that cannot lie.

Each history row is copied from the stored row by one `INSERT … SELECT`, on every path. So an expression, a
partial save and a generated column are recorded as the database holds them, and ten thousand rows cost one
statement. The database itself refuses a second record of the same version.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import connections, models
from django.db.models import Exists, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from simple_history.manager import HistoricalQuerySet, HistoryManager
from simple_history.models import HistoricalRecords

from .audit import current_actor_id, current_reason
from .clock import now_ms
from .exceptions import DomainError
from .guards import run_guards
from .lookups import any_of_param, any_of_sql

#: The columns of a history row that are about the record, not the thing recorded.
RECORD_FIELDS = (
    "history_id",
    "history_date",
    "history_type",
    "history_user",
    "history_change_reason",
    "history_links",
)


class TrailQuerySet(HistoricalQuerySet):
    """Reads of history rows."""

    def as_of(self, when: datetime) -> Self:
        """One row per object that was alive at that moment: its newest record until then."""
        later = self.model._base_manager.filter(
            id=OuterRef("id"), history_date__lte=when, version__gt=OuterRef("version")
        )
        return self.filter(~Exists(later), history_date__lte=when).exclude(history_type="-")

    def delete(self) -> Any:
        """Refused: only retention drops records, see `prune_history`."""
        raise DomainError(f"{self.model._meta.label}: history is only ever added to.", code="append_only")

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class TrailManager(HistoryManager):
    """`Model.history` is every record; `instance.history` that object's, newest first."""

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        return queryset if self.instance is None else queryset.order_by("-version")

    def as_of(self, when: datetime) -> Any:
        """See `TrailQuerySet.as_of`."""
        return self.get_queryset().as_of(when)


class HistoryRow(models.Model):
    """The base of every history table: rows are only ever added.

    A fixture's record of a version that is recorded already with the same values is passed over: a fresh database
    has recorded what its migrations filled in (the roles), at another time than the one that was dumped.
    """

    class Meta:
        abstract = True

    def _save_table(self, raw: bool = False, cls: Any = None, *args: Any, **kwargs: Any) -> bool:
        using = kwargs.get("using") or (args[2] if len(args) > 2 else None)
        rows = type(self)._base_manager.using(using)
        stored = rows.filter(Q(pk=self.pk) | Q(id=self.id, version=self.version)).first()
        if stored is None:
            return super()._save_table(raw, cls, True, False, using, None)
        when_and_who = {"created_at", "updated_at", "created_by_id", "updated_by_id"}
        names = {f.attname for f in self._meta.concrete_fields if f.name not in RECORD_FIELDS} - when_and_who
        if any(getattr(stored, name) != getattr(self, name) for name in names):
            raise DomainError(
                f"{self._meta.label} {self.pk}: history is only ever added to; another record stands there."
            )
        return True

    def delete(self, using: str | None = None, keep_parents: bool = False) -> Any:
        """Refused: only retention drops records, see `prune_history`."""
        raise DomainError(f"{self._meta.label} {self.pk}: history is only ever added to.", code="append_only")


class AuditTrail(HistoricalRecords):
    """One declaration on the abstract base that fits many models.

    Secrets, heartbeats and generated columns have no column in the history; of the indexes that
    simple-history copies, only the key, the date and unique(id, version) remain. The person is kept by
    number, without a constraint, so that history outlives people.
    """

    def __init__(self) -> None:
        super().__init__(
            inherit=True, bases=(HistoryRow,), history_manager=TrailManager, historical_queryset=TrailQuerySet
        )

    def create_history_model(self, model: Any, inherited: bool) -> Any:
        trail = copy.copy(self)  # exclusions differ from model to model
        trail.excluded_fields = [
            *model.untracked_fields,
            *model.secret_fields,
            *(field.name for field in model._meta.fields if field.generated),
        ]
        return super(AuditTrail, trail).create_history_model(model, inherited)

    def copy_fields(self, model: Any) -> dict[str, Any]:
        fields = super().copy_fields(model)
        for field in fields.values():
            field.db_index = False
            field._unique = False
        return fields

    def _get_history_id_field(self) -> models.Field[Any, Any]:
        return models.BigAutoField(primary_key=True, editable=False)

    def _get_history_change_reason_field(self) -> models.Field[Any, Any]:
        return models.TextField(null=True)

    def _get_history_user_fields(self) -> dict[str, Any]:
        user: models.ForeignKey[Any, Any] = models.ForeignKey(
            settings.AUTH_USER_MODEL,
            models.DO_NOTHING,
            null=True,
            related_name="+",
            db_constraint=False,
            db_index=False,
        )
        return {"history_user": user, "history_links": models.JSONField(null=True)}

    def get_meta_options(self, model: Any) -> dict[str, Any]:
        options = super().get_meta_options(model)
        name = f"{model._meta.app_label}_{self.get_history_model_name(model).lower()}_version"
        options["ordering"] = ("-history_id",)
        options["constraints"] = [models.UniqueConstraint(fields=["id", "version"], name=name)]
        return options

    # Records are written by `record`, inside the statement's own transaction, not by signals after it.
    def post_save(self, instance: Any, created: bool, using: Any = None, **kwargs: Any) -> None:
        return

    def post_delete(self, instance: Any, using: Any = None, **kwargs: Any) -> None:
        return

    def pre_delete(self, instance: Any, **kwargs: Any) -> None:
        return


def tracked_columns(history_model: Any) -> list[str]:
    """The columns that a history table shares with the table it records."""
    return [field.column for field in history_model._meta.concrete_fields if field.name not in RECORD_FIELDS]


def record(
    model: Any,
    keys: Iterable[Any],
    *,
    using: str,
    links: dict[str, Any] | None = None,
    history_model: Any = None,
    reason: str | None = None,
) -> None:
    """Copy the stored rows with these keys into the history, as one statement.

    The kind of record follows from the row: "-" while it is dead, "+" at version 1, else "~". `links` says
    which many-to-many links changed. A migration passes its own state's `history_model`. The rules between rows
    are checked here too, because every write passes: see `guards`.
    """
    keys = list(keys)
    history_model = history_model or model.history.model
    connection = connections[using]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column) for column in tracked_columns(history_model))
    # PostgreSQL cannot tell the type of a selected parameter.
    typed = connection.vendor == "postgresql"
    casts = ("timestamptz", "bigint", "text", "jsonb")
    date, actor, why, changed_links = (f"%s::{cast}" if typed else "%s" for cast in casts)
    # Rows that were inserted together have numbers without a gap: those are found without a list of them.
    is_range = len(keys) > 1 and max(keys) - min(keys) + 1 == len(set(keys))
    which = "id BETWEEN %s AND %s" if is_range else any_of_sql(connection.vendor, "id")
    chosen = [min(keys), max(keys)] if is_range else [any_of_param(connection.vendor, keys)]
    sql = f"""
        INSERT INTO {quote(history_model._meta.db_table)}
            ({columns}, history_date, history_type, history_user_id, history_change_reason, history_links)
        SELECT {columns}, {date}, CASE WHEN is_deleted THEN '-' WHEN version = 1 THEN '+' ELSE '~' END,
            {actor}, {why}, {changed_links}
        FROM {quote(model._meta.db_table)} WHERE {which}
    """
    params = [
        history_model._meta.get_field("history_date").get_db_prep_save(now_ms(), connection),
        current_actor_id(),
        reason or current_reason(),
        None if links is None else json.dumps(links),
        *chosen,
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
    run_guards(model, keys, using)


@dataclass(frozen=True)
class Change:
    """One tracked column that differs between two records."""

    field: str
    label: str
    old: Any
    new: Any


def changes_between(new: Any, old: Any | None) -> list[Change]:
    """The tracked columns, hidden ones too, that differ between two records of one object (None: before it)."""
    from .models import KERNEL_FIELDS

    changes = []
    for field in type(new).instance_type._meta.concrete_fields:
        if field.name in KERNEL_FIELDS or not hasattr(new, field.attname):
            continue
        before = getattr(old, field.attname) if old is not None else None
        after = getattr(new, field.attname)
        if before != after:
            changes.append(Change(field.name, str(field.verbose_name), before, after))
    return changes


def revert(instance: Any, record: Any) -> Any:
    """Save the values of an old record as a new version of `instance`, under its optimistic lock.

    Secrets, heartbeats, the version and the deletion columns stay as they are. Raises ValidationError when the
    old values no longer satisfy the model's rules, StaleObjectError when `instance` is stale.
    """
    from .models import KERNEL_FIELDS

    if record.id != instance.pk:
        raise DomainError(
            f"The record is of {record.instance_type._meta.verbose_name} #{record.id}, not of this one."
        )
    names = {field.name for field in record._meta.concrete_fields} - {*RECORD_FIELDS, *KERNEL_FIELDS}
    for name in names:
        field = instance._meta.get_field(name)
        setattr(instance, field.attname, getattr(record, field.attname))
    instance.full_clean()
    instance.save()
    return instance


def prune_history(*, older_than: datetime, model: Any = None) -> dict[str, int]:
    """Drop records from before that moment; {label: number dropped}.

    Each object keeps its newest record, an object in the trash also its last one alive (restore reads it), and
    what is left has no gap: only the oldest versions go.
    """
    from .introspection import kernel_models

    dropped = {}
    for each in kernel_models() if model is None else (model,):
        records = each.history.model._base_manager.all()
        same = records.filter(id=OuterRef("id")).order_by().values("id")
        keep = {
            "young": same.filter(history_date__gte=older_than).annotate(v=Min("version")).values("v"),
            "newest": same.annotate(v=models.Max("version")).values("v"),
            "alive": same.exclude(history_type="-").annotate(v=models.Max("version")).values("v"),
        }
        old = records.filter(history_date__lt=older_than)
        old = old.filter(version__lt=Coalesce(Subquery(keep["young"]), Subquery(keep["newest"])))
        old = old.filter(version__lt=Coalesce(Subquery(keep["alive"]), Subquery(keep["newest"])))
        dropped[each._meta.label] = old._raw_delete(records.db)  # what the subqueries read is never dropped
    return dropped
