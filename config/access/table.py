"""The declared table: one line for each method and address, three letters for each role.

A line of `tables/<app>.txt`, under a heading that names the columns:

    !!! 000 …  GET    /api/v1/courses/courses/{pk}/

The three letters are what somebody of that role gets for a row of their own, for somebody else's, and for one that
does not exist. An address without an object has one letter and two dashes; a list has what it answers for an own
row and for somebody else's: shown or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from accounts.roles import (
    ADMINISTRATOR,
    CONTENT_EDITOR,
    CRM_MANAGER,
    LEARNER,
    PARENT,
    SUPPORT,
    TEACHER,
)

from .endpoints import Endpoint, endpoints

FOLDER = Path(__file__).parent / "tables"

ANONYMOUS = "anonymous"
SUPERUSER = "superuser"
#: Whoever the site tells apart → the heading of their column.
ROLES = {
    ANONYMOUS: "anon",
    LEARNER: "learner",
    PARENT: "parent",
    TEACHER: "teacher",
    CONTENT_EDITOR: "editor",
    CRM_MANAGER: "crm",
    SUPPORT: "support",
    ADMINISTRATOR: "admin",
    SUPERUSER: "super",
}
SIDES = ("own", "other", "none")

ALLOWED, FORBIDDEN, NOTHING, UNKNOWN, SIGN_IN, ELSEWHERE, NOT_APPLICABLE = "+.0!>~-"
LEGEND = {
    ALLOWED: "allowed (or refused for what was sent, not for who sent it); in a list: the row is shown",
    FORBIDDEN: "forbidden (403)",
    NOTHING: "nothing there (404); in a list: the row is not shown",
    UNKNOWN: "not signed in (401)",
    SIGN_IN: "sent to sign in, or to show the password again",
    ELSEWHERE: "sent to another page",
    NOT_APPLICABLE: "no such object in this address",
}


@dataclass(frozen=True)
class Row:
    """A line of a table: what each role gets, as three letters: {"teacher": "+00"}."""

    method: str
    path: str
    cells: Mapping[str, str]

    @property
    def key(self) -> tuple[str, str]:
        return self.method, self.path

    def letter(self, role: str, side: str) -> str:
        return self.cells[role][SIDES.index(side)]

    def __str__(self) -> str:
        columns = (self.cells[role].ljust(len(title)) for role, title in ROLES.items())
        return f"{' '.join(columns)}  {self.method:6} {self.path}"


def heading() -> str:
    return f"{' '.join(title.ljust(3) for title in ROLES.values())}  method address"


def parse(text: str) -> list[Row]:
    """The rows of a table's text. ValueError for a line that is none."""
    rows = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        *cells, method, path = line.split()
        if len(cells) != len(ROLES) or any(len(cell) != 3 or set(cell) - set(LEGEND) for cell in cells):
            raise ValueError(line)
        rows.append(Row(method, path, dict(zip(ROLES, cells, strict=True))))
    return rows


def render(rows: Iterable[Row]) -> str:
    """The text of a table, as it is kept: the heading, then a line for each row."""
    return "\n".join([f"# {heading()}", *(f"  {row}" for row in rows)]) + "\n"


def declared() -> dict[str, list[Row]]:
    """{app: its rows}, as the files have them."""
    return {path.stem: parse(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.txt"))}


def write(app: str, rows: Iterable[Row]) -> None:
    """Replace an app's table."""
    (FOLDER / f"{app}.txt").write_text(render(rows), encoding="utf-8")


def rows_of(app: str) -> dict[tuple[str, str], Row]:
    return {row.key: row for row in declared().get(app, [])}


def undeclared() -> list[Endpoint]:
    """The endpoints that no row names."""
    named = {(app, *row.key) for app, rows in declared().items() for row in rows}
    return [each for each in endpoints() if (each.app, each.method, each.path) not in named]


def gone() -> list[Row]:
    """The rows that name no endpoint of their app."""
    there = {(each.app, each.method, each.path) for each in endpoints()}
    return [row for app, rows in declared().items() for row in rows if (app, *row.key) not in there]
