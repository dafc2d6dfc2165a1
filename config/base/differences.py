"""What a check found wrong, in the one shape that every check prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Difference:
    """One thing that is not as it should be.

    `object` is `table.column`, `table.constraint` or the like; `kind` is a fixed phrase that a program may match;
    `expected` and `found` are for people.
    """

    object: str
    kind: str
    expected: str = ""
    found: str = ""

    def __str__(self) -> str:
        sides = [
            f"expected {self.expected}" if self.expected else "",
            f"found {self.found}" if self.found else "",
        ]
        return ": ".join(filter(None, [f"{self.object}: {self.kind}", "; ".join(filter(None, sides))]))


def as_payload(differences: Iterable[Difference]) -> dict[str, Any]:
    """The object that `check_schema_drift --json` and its like print."""
    found = [asdict(difference) for difference in differences]
    return {"ok": not found, "differences": found}
