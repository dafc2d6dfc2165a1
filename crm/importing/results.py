"""What an import did, or would do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..models import ImportBatch
from .merging import Change

#: So many rejects are kept in memory; the file of rejects has them all.
LIMIT = 1000


@dataclass(frozen=True)
class Reject:
    """A row that was not taken: where it begins in the file, the column of the file, why, and what stands there."""

    line: int
    column: str
    code: str
    value: str
    message: str

    def as_json(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "value": self.value,
            "message": self.message,
        }


@dataclass
class ImportResult:
    """Every row of the file is created, updated, unchanged or rejected.

    `codes` counts the rows of each code, those of rejected rows too; `rejects` are the first `LIMIT` of them; `changes`
    a sample of the cells that differ; `also` what had to be created beside, by model. `batch` is None for a dry run.
    """

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    also: dict[str, int] = field(default_factory=dict)
    batch: ImportBatch | None = None
    rejects_file: Path | None = None

    def as_json(self) -> dict[str, Any]:
        """What commands print; `rejects` are the first `LIMIT`."""
        return {
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "rejects": [reject.as_json() for reject in self.rejects],
            "codes": self.codes,
            "also_created": self.also,
            "batch": self.batch.pk if self.batch else None,
        }
