"""`any_of`: a set of keys as one parameter, whatever its size.

`IN (%s, %s, …)` hits SQLite's limit of parameters and makes PostgreSQL plan a new statement for each length.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import Lookup


def any_of_sql(vendor: str, column: str) -> str:
    """The condition "column is one of the keys" for raw SQL, with one placeholder for `any_of_param`."""
    if vendor == "postgresql":
        return f"{column} = ANY(%s::bigint[])"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def any_of_param(vendor: str, keys: Any) -> Any:
    """The parameter that goes with `any_of_sql`; keys are integers."""
    return list(keys) if vendor == "postgresql" else json.dumps(list(keys))


@models.Field.register_lookup
@models.ForeignKey.register_lookup
class AnyOf(Lookup):  # type: ignore[type-arg]
    """filter(pk__any_of=keys), filter(course__any_of=keys): integer keys only."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        return any_of_sql(connection.vendor, lhs), [*lhs_params, any_of_param(connection.vendor, self.rhs)]
