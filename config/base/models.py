"""The abstract base of every model: timestamps, authorship, soft delete, optimistic lock, audit trail."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, router, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from . import deletion, restoration, seeding
from .audit import current_actor_id
from .conflicts import VersionConflict
from .constraints import ALIVE, TrashIndex, validate_constraints
from .exceptions import StaleObjectError
from .history import AuditTrail, record
from .parents import require_alive_parents
from .querysets import DELETION_FIELDS, AliveManager, AllManager, now_ms, refuse_change
from .shapes import require_shapes, shape_errors

__all__ = ["DELETION_FIELDS", "KERNEL_FIELDS", "BaseModel", "VersionConflict"]

#: The columns that only the kernel writes.
KERNEL_FIELDS = (
    frozenset({"id", "created_at", "updated_at", "created_by", "updated_by", "version"}) | DELETION_FIELDS
)


def _person(verbose_name: Any) -> models.ForeignKey[Any, Any]:
    """A person by number, without a constraint: the row outlives them."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=verbose_name,
    )


class BaseModel(models.Model):
    """A row that is never lost and never changed unrecorded.

    A subclass inherits `Meta` from `BaseModel.Meta` and extends its constraints and indexes. It may declare:

    - `untracked_fields`: heartbeats and derived figures; writing only them changes neither version nor history.
      A `save()` without `update_fields` writes those it was given a new value for, and no others.
    - `secret_fields`: versioned, but kept out of the history and of `to_dict`.
    - `restricted_fields`: for columns that not everybody may read, the permission it takes (see `restricted`).
    - `deletion_values`: what a soft delete also sets; `restored_values`: which of them a restore puts back.
    - `json_shapes`: a JSON Schema for each JSON column.
    - `append_only`: a fact, written once; changing it raises DomainError (untracked columns may change).
    """

    stands_on_kernel: ClassVar[bool] = True
    untracked_fields: ClassVar[tuple[str, ...]] = ()
    secret_fields: ClassVar[tuple[str, ...]] = ()
    restricted_fields: ClassVar[dict[str, str]] = {}
    deletion_values: ClassVar[dict[str, Any]] = {}
    restored_values: ClassVar[tuple[str, ...]] = ()
    json_shapes: ClassVar[dict[str, dict[str, Any]]] = {}
    append_only: ClassVar[bool] = False

    id = models.BigAutoField(_("ID"), primary_key=True)
    created_at = models.DateTimeField(_("created"), default=now_ms, editable=False)
    updated_at = models.DateTimeField(_("last changed"), default=now_ms, editable=False)
    created_by = _person(_("created by"))
    updated_by = _person(_("last changed by"))
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    is_deleted = models.BooleanField(_("in the trash"), default=False, editable=False)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)
    deletion_id = models.UUIDField(_("deletion"), null=True, blank=True, editable=False)

    objects = AliveManager()
    all_objects = AllManager()
    history = AuditTrail()

    class Meta:
        abstract = True
        default_manager_name = "objects"
        base_manager_name = "all_objects"
        constraints = [
            models.CheckConstraint(
                condition=Q(is_deleted=False, deleted_at__isnull=True, deletion_id__isnull=True)
                | Q(is_deleted=True, deleted_at__isnull=False, deletion_id__isnull=False),
                name="%(app_label)s_%(class)s_deleted",
                violation_error_message=_("A row is in the trash exactly when it has a date of deletion."),
            ),
        ]
        indexes = [
            TrashIndex(fields=["deletion_id"], condition=~ALIVE, name="%(app_label)s_%(class)s_trash"),
        ]

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any) -> Self:
        instance = super().from_db(db, field_names, values)
        instance._remember_untracked()
        return instance

    def refresh_from_db(
        self, using: str | None = None, fields: Any = None, from_queryset: Any = None
    ) -> None:
        super().refresh_from_db(using, fields, from_queryset)
        self._remember_untracked(fields)

    def _remember_untracked(self, read: Any = None) -> None:
        """So that a full save can tell which heartbeats it was given, and leaves the others to who owns them.

        `read` names the columns just read, where it was not all of them.
        """
        names = [
            name for name in self.untracked_fields if read is None or {name, self._attname(name)} & set(read)
        ]
        if names:
            loaded = {} if read is None else self.__dict__.get("_loaded_untracked", {})
            self._loaded_untracked = {
                **loaded,
                **{name: self.__dict__.get(self._attname(name)) for name in names},
            }

    def _attname(self, name: str) -> str:
        return self._meta.get_field(name).attname

    def _save_table(
        self,
        raw: bool = False,
        cls: Any = None,
        force_insert: Any = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Any = None,
    ) -> bool:
        """Write the row under its lock and record it, in one transaction; the seam that every save goes through."""
        using = using or router.db_for_write(type(self), instance=self)
        write = super()._save_table
        if raw:
            require_shapes([self])
            return seeding.load_row(self, write, using=using)
        inserting = bool(force_insert) or self._state.adding or self.pk is None
        names = None if inserting else self._names_to_write(update_fields)
        if names is not None and names <= set(self.untracked_fields):
            return write(raw, cls, force_insert, force_update, using, names) if names else True
        if not inserting:
            refuse_change(type(self))
        expected = None if inserting else self.__dict__.get("version")
        if expected is None and not inserting:
            raise StaleObjectError(self, expected=None, found=None)
        before = self.version, self.updated_at, self.updated_by_id
        actor = current_actor_id()
        self.version = 1 if expected is None else expected + 1
        self.updated_at, self.updated_by_id = now_ms(), actor
        if inserting:
            self.created_by_id = self.created_by_id or actor
        else:
            names = frozenset({*names, "version", "updated_at", "updated_by"})
        try:
            with transaction.atomic(using=using, savepoint=False):
                require_shapes([self], names)
                require_alive_parents([self], using=using, names=names)
                updated = write(raw, cls, inserting, force_update and not inserting, using, names)
                record(type(self)._meta.concrete_model, [self.pk], using=using)
        except BaseException:
            self.version, self.updated_at, self.updated_by_id = before
            raise
        self._remember_untracked()
        return updated

    def _names_to_write(self, update_fields: Any) -> frozenset[str]:
        """What a save writes. The deletion columns never: that is for `delete()` and `restore()`."""
        deferred = self.get_deferred_fields()
        read = {field.attname for field in self._meta.concrete_fields if not field.primary_key} - deferred
        # Where columns were deferred, Django itself names those that were read: that is a full save too.
        if update_fields is not None and not (deferred and set(update_fields) == read):
            names = frozenset(self._meta.get_field(name).name for name in update_fields)
            if names & DELETION_FIELDS:
                raise ValueError("Deleting and restoring go through delete() and restore().")
            return names
        loaded = self.__dict__.get("_loaded_untracked", {})
        return frozenset(
            field.name
            for field in self._meta.concrete_fields
            if field.attname in read
            and not field.generated
            and field.name not in DELETION_FIELDS
            and (
                field.name not in self.untracked_fields
                or (field.name in loaded and loaded[field.name] != self.__dict__.get(field.attname))
            )
        )

    def _do_update(
        self, base_qs: Any, using: str, pk_val: Any, values: Any, update_fields: Any, forced_update: Any
    ) -> bool:
        """UPDATE … WHERE version = what was loaded AND alive; StaleObjectError when no row answers."""
        if not any(field.name == "version" for field, _model, _value in values):
            return super()._do_update(base_qs, using, pk_val, values, update_fields, forced_update)
        expected = self.version - 1
        mine = base_qs.filter(version=expected, is_deleted=False)
        if not super()._do_update(mine, using, pk_val, values, update_fields, forced_update):
            found = base_qs.filter(pk=pk_val, is_deleted=False).values_list("version", flat=True).first()
            raise StaleObjectError(self, expected=expected, found=found)
        return True

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        """Move the row, and all that falls with it, to the trash; see `deletion.soft_delete`."""
        using = using or router.db_for_write(type(self), instance=self)
        return deletion.soft_delete([self], using=using).as_django_result()

    def restore(self) -> deletion.Deletion:
        """Undo the whole batch that took this row; see `restoration.restore_instance`."""
        return restoration.restore_instance(self, using=self._state.db or router.db_for_write(type(self)))

    def purge(self) -> dict[str, int]:
        """Really DELETE the row; see `deletion.purge_rows`."""
        return deletion.purge_rows([self])

    delete.alters_data = restore.alters_data = purge.alters_data = True  # type: ignore[attr-defined]

    def clean_fields(self, exclude: Any = None) -> None:
        """Check each field, people excepted (they may have been purged), and each JSON column's shape."""
        skip = {*(exclude or ()), "created_by", "updated_by"}
        errors: dict[str, Any] = {}
        try:
            super().clean_fields(exclude=skip)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        looked_at = {name: getattr(self, name) for name in self.json_shapes if name not in {*skip, *errors}}
        errors |= shape_errors(type(self), looked_at)
        if errors:
            raise ValidationError(errors)

    def validate_constraints(self, exclude: Any = None) -> None:
        """Check the named constraints with the deletion columns put back in; see `constraints`."""
        using = router.db_for_write(type(self), instance=self)
        validate_constraints(self, set(exclude or ()) - DELETION_FIELDS, using)

    def to_dict(self) -> dict[str, Any]:
        """The row as a plain dict in snake_case, JSON-ready; links as keys, secrets left out."""
        return {
            field.name: _plain(getattr(self, field.attname))
            for field in self._meta.concrete_fields
            if field.name not in self.secret_fields
        }

    def update_from_dict(self, data: dict[str, Any]) -> Self:
        """Set these values, validate everything and save. What only the kernel writes is ignored.

        Raises ValidationError naming every unknown or secret key and every value that does not fit.
        """
        fields = {
            field.name: field for field in self._meta.concrete_fields if field.name not in self.secret_fields
        }
        unknown = sorted(set(data) - set(fields))
        if unknown:
            raise ValidationError({"__all__": [_("Unknown key: %(key)s.") % {"key": key} for key in unknown]})
        for name in set(data) - KERNEL_FIELDS:
            setattr(self, fields[name].attname, data[name])
        self.full_clean()
        self.save()
        return self


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (Decimal, uuid.UUID)):
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str, list, dict)):
        return value
    if isinstance(value, Iterable):
        return list(value)
    return str(value)
