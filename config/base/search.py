"""Search that is blind to case and accents, the same on both databases.

`filter(full_name__folded="elodie")` finds « Élodie ». Both sides go through one database function,
`base_fold`: on PostgreSQL an immutable wrapper of `unaccent` (so that it can be indexed), on SQLite the
function below.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from django.db import models
from django.db.backends.signals import connection_created
from django.db.models import Lookup

#: Letters that Unicode does not decompose and `unaccent` spells out.
_SPELT_OUT = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "’": "'"}
)


def fold(text: str | None) -> str | None:
    """Lower case without accents: « Élodie Œuvré » → "elodie oeuvre". None stays None."""
    if text is None:
        return None
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", str(text)).casefold())
    return "".join(char for char in folded if not unicodedata.combining(char)).translate(_SPELT_OUT)


@models.CharField.register_lookup
@models.TextField.register_lookup
class Folded(Lookup):  # type: ignore[type-arg]
    """Contains, blind to case and accents."""

    lookup_name = "folded"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        escaped = str(self.rhs).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        sql = f"base_fold({lhs}) LIKE base_fold(%s) ESCAPE '\\'"
        return sql, [*lhs_params, f"%{escaped}%"]


def register_sqlite_functions(sender: Any, connection: Any, **kwargs: Any) -> None:
    """Give each new SQLite connection the function that the migration creates on PostgreSQL."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("base_fold", 1, fold, deterministic=True)


connection_created.connect(register_sqlite_functions, dispatch_uid="base_fold")
