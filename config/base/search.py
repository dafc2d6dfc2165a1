"""Search that is blind to case and accents, the same on both databases.

`filter(full_name__folded="elodie")` finds « Élodie ». Both sides go through one database function, `base_fold`: on
PostgreSQL an immutable wrapper of `unaccent`, which a SearchIndex can hold (see `constraints_vendor`), on SQLite the
function below.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.backends.signals import connection_created
from django.db.models import Lookup, Q

#: More words than that nobody means, and no database is asked.
MAX_WORDS = 20

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


def find(rows: Any, paths: Iterable[str], words: Iterable[str]) -> Any:
    """Those of these rows in which each word is part of one of these text columns (`title`, `user__full_name`)."""
    paths = list(paths)
    for word in words:
        found = Q()
        for path in paths:
            found |= _contains(rows.model, path, word, rows.db)
        rows = rows.filter(found)
    return rows


def _contains(model: Any, path: str, word: str, using: str) -> Q:
    """Through a link the other table is asked, once: joined, its text would be folded for each row pointing at it."""
    link, _, rest = path.partition("__")
    if not rest:
        return Q(**{f"{path}__folded": word})
    field = model._meta.get_field(link)
    others = field.related_model._base_manager.using(using)
    linked = Q(
        **{f"{link}__in": others.filter(_contains(field.related_model, rest, word, using)).values("pk")}
    )
    if field.many_to_one or field.one_to_one:
        return linked
    return Q(pk__in=model._base_manager.using(using).filter(linked).values("pk"))  # each row once


def register_sqlite_functions(sender: Any, connection: Any, **kwargs: Any) -> None:
    """Give each new SQLite connection the function that the migration creates on PostgreSQL."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("base_fold", 1, fold, deterministic=True)


connection_created.connect(register_sqlite_functions, dispatch_uid="base_fold")
