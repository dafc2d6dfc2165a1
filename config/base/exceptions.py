"""What goes wrong in the domain, as typed errors that the doors translate into words and status codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.db.models import Model


class DomainError(Exception):
    """A rule of the domain was broken; nothing was written. `code` is stable, `str()` is for people."""

    code = "domain_error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class StaleObjectError(DomainError):
    """Somebody else saved, deleted or purged the row since it was loaded.

    `expected` is the version that was loaded (None when it was not), `found` the stored one (None when the
    row is gone or in the trash).
    """

    code = "stale"

    def __init__(self, instance: Model, *, expected: int | None, found: int | None) -> None:
        self.instance = instance
        self.expected = expected
        self.found = found
        name = instance._meta.verbose_name
        if expected is None:
            message = _("This %(name)s was loaded without its version and cannot be saved.")
        elif found is None:
            message = _("This %(name)s has been deleted meanwhile.")
        else:
            message = _(
                "This %(name)s was changed meanwhile: version %(found)s is stored, %(expected)s was loaded."
            )
        super().__init__(message % {"name": name, "expected": expected, "found": found})


class DeletedParentError(DomainError):
    """A row was about to hang under a parent that is in the trash."""

    code = "deleted_parent"

    def __init__(self, model: type[Model], field: str, keys: list[Any]) -> None:
        self.model = model
        self.field = field
        self.keys = keys
        super().__init__(
            _("%(field)s: %(parent)s %(keys)s is in the trash or gone. Restore it first.")
            % {
                "field": field,
                "parent": model._meta.verbose_name,
                "keys": ", ".join(f"#{key}" for key in keys[:10]),
            }
        )


@dataclass(frozen=True)
class Conflict:
    """One reason why a row cannot come back: the row, the field concerned, the reason in words."""

    label: str
    pk: Any
    field: str
    message: str


class RestoreConflict(DomainError):
    """A restore would break a rule; nothing was changed. `conflicts` lists every reason."""

    code = "restore_conflict"

    def __init__(self, conflicts: list[Conflict]) -> None:
        self.conflicts = conflicts
        super().__init__(" ".join(conflict.message for conflict in conflicts))
