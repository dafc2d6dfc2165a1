"""What may be wrong with a row, and what is worth a note: each a bit, so that a row's problems are one number.

The first of a kind's problems that refuses a row is the one that it is rejected for; the message tells of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..models.audit import Severity
from .reading import BAD_QUOTES, NOT_TEXT, WRONG_CELLS


@dataclass(frozen=True, eq=False)
class Problem:
    """One thing to say of a row, about one of our columns. Several may share a code.

    `message` may hold %(value)s, what stands in that column of the file. One that `refuses` has the row rejected;
    one that `parks` keeps all of the row in the audit item.
    """

    code: str
    column: str
    message: Any
    refuses: bool = True
    severity: str = Severity.ERROR
    parks: bool = False


def note(code: str, column: str, message: Any, severity: str = Severity.INFO) -> Problem:
    """Something that is told of a row that is taken."""
    return Problem(code, column, message, refuses=False, severity=severity)


#: What may be wrong with a row before anything is known of its columns.
BROKEN = {
    WRONG_CELLS: Problem(WRONG_CELLS, "", _("The row does not have as many cells as the header.")),
    BAD_QUOTES: Problem(BAD_QUOTES, "", _("The quotes of the row do not match.")),
    NOT_TEXT: Problem(NOT_TEXT, "", _("The row holds bytes that are no text.")),
}


class Problems:
    """The problems of a kind in the order of their weight, and their bits. At most 62."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.all = (*BROKEN.values(), *problems)
        self.bits = {problem: 1 << number for number, problem in enumerate(self.all)}
        self.refusing = sum(bit for problem, bit in self.bits.items() if problem.refuses)

    def bit(self, problem: Problem) -> int:
        return self.bits[problem]

    def of(self, mask: int) -> Iterator[Problem]:
        """The problems of a row, the weightiest first."""
        return (problem for problem, bit in self.bits.items() if mask & bit)

    def by_code(self) -> dict[str, int]:
        """{code: the bits of its problems}."""
        codes: dict[str, int] = {}
        for problem, bit in self.bits.items():
            codes[problem.code] = codes.get(problem.code, 0) | bit
        return codes
