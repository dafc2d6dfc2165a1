"""The declared shapes of this app's JSON columns, as JSON Schemas.

| column | what |
|---|---|
| `Product.season_tags` | `["SUMMER", "FESTIVE"]`: members of `Season`, each once |
| `ImportBatch.mapping` | how a foreign file was read: see `MAPPING` |
| `CustomerMerge.moved` | `[{"model": "crm.orderline", "id": 12, "field": "customer", "version": 2}, …]`: see `MOVED` |
| `ClientMasterProfile.top_*` | `[{"value": "RED", "share": 0.7}, …]`: at most two, the largest share first |
| `ClientMasterProfile.aroma_profile` | `[{"axis": "fruit", "weight": 0.4}, …]`: at most three, the heaviest first |
| `RecoRun.config` | everything that decides the run besides the data: see `CONFIG` |
| `RecoRun.counts` | `{"customers": 9, "items": 20, "scenarios": {"REBUY": 20}, …}`: see `COUNTS` |
| `RecoRun.timings` | `{"load": 0.8, "score": 1.2}`: seconds by step |
| `RecoItem.reasons` | `{"components": [{"name": "frequency", "value": 0.6}, …], "facts": {"times_bought": 4}}` |
| `AuditItem.details` | `{"column": "quantity", "value": "abc"}`: at most 20 plain values |
"""

from __future__ import annotations

from typing import Any

from .choices import Budget, Exclusion, Family, Scenario, Season, Sugar
from .values import AXES

_SHARE: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 1}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_NAME: dict[str, Any] = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"}
_HEADER: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(required),
    }


def _map(values: dict[str, Any], limit: int = 40) -> dict[str, Any]:
    """An object whose keys are names that the schema cannot foresee."""
    return {"type": "object", "propertyNames": _NAME, "additionalProperties": values, "maxProperties": limit}


def _list(items: dict[str, Any], limit: int, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, "maxItems": limit, **more}


SEASON_TAGS = _list({"enum": Season.values}, len(Season), uniqueItems=True)

#: The columns that an import understands, by the kind of file.
IMPORT_COLUMNS: dict[str, tuple[str, ...]] = {
    "ORDERS": (
        *("order_reference", "line_number", "ordered_at", "customer_code", "product_key", "label"),
        *("quantity", "unit_price", "amount", "currency", "source"),
    ),
    "PRODUCTS": (
        *(
            "product_key",
            "label",
            "family",
            "grape",
            "producer",
            "category",
            "sugar",
            "vintage",
            "price",
            "currency",
            "budget",
        ),
        *("premium_tier", "season_tags", "is_active", *(f"aroma_{axis}" for axis in AXES)),
    ),
    "CUSTOMERS": (
        *("customer_code", "full_name", "email", "phone"),
        *("address_line", "postal_code", "city", "country"),
    ),
    "CONTACTS": ("customer_code", "channel", "kind", "occurred_at", "campaign"),
}
_COLUMNS = sorted({name for names in IMPORT_COLUMNS.values() for name in names})
_UNKNOWN = {"enum": ["reject", "create", "park"]}

#: Which column of a file is which (`columns`: ours → the file's), what is the same on every line (`constants`), how
#: dates and decimals are written, which orders are cancelled, and what becomes of an unknown product or customer.
MAPPING = _object(
    {
        "columns": {**_object(dict.fromkeys(_COLUMNS, _HEADER)), "minProperties": 1},
        "constants": _object(dict.fromkeys(_COLUMNS, _HEADER)),
        "date_format": {"type": "string", "minLength": 2, "maxLength": 60},
        "decimal_comma": {"type": "boolean"},
        "unknown_product": _UNKNOWN,
        "unknown_customer": _UNKNOWN,
        "cancellation": _object({"column": _HEADER, "prefix": _HEADER}, "column", "prefix"),
    },
    "columns",
)

_VERSION: dict[str, Any] = {"type": "integer", "minimum": 1}

#: Every row that a merge touched, so that it can be put back: a link turned from the merged customer to the survivor,
#: a derived row that fell into the trash, a row that stayed with the merged customer because the survivor has one of
#: that kind, a column of the survivor that changed (its version `before` holds the value).
#: `version` is the one that the merge left.
MOVED = _list(
    _object(
        {
            "model": {"type": "string", "pattern": "^[a-z]+\\.[a-z]+$"},
            "id": {"type": "integer", "minimum": 1},
            "field": _NAME,
            "version": _VERSION,
            "before": _VERSION,
            "fell": {"const": True},
            "stayed": {"const": True},
        },
        *("model", "id", "field", "version"),
    ),
    1_000_000,
)


def top_of(value: dict[str, Any]) -> dict[str, Any]:
    """The two of a kind that a customer spends most on, each with its share of the spending, 0…1."""
    return _list(_object({"value": value, "share": _SHARE}, "value", "share"), 2)


TOP_FAMILIES = top_of({"enum": Family.values})
TOP_SUGARS = top_of({"enum": Sugar.values})
TOP_BUDGETS = top_of({"enum": Budget.values})
TOP_GRAPES = top_of({"type": "string", "minLength": 1, "maxLength": 100})
AROMA_PROFILE = _list(_object({"axis": {"enum": list(AXES)}, "weight": _SHARE}, "axis", "weight"), 3)

#: Days are whole days in `time_zone`. `weights` are the components of the scores; which there are is the engine's.
CONFIG = _object(
    {
        "silence_days": {"type": "integer", "minimum": 0, "maximum": 365},
        "attribution_days": {"type": "integer", "minimum": 1, "maximum": 365},
        "holdout_percent": {"type": "integer", "minimum": 0, "maximum": 50},
        "holdout_salt": {"type": "string", "maxLength": 64},
        "lapsed_days": {"type": "integer", "minimum": 1, "maximum": 3650},
        "nurture_orders": {"type": "integer", "minimum": 1, "maximum": 100},
        "items_per_customer": {"type": "integer", "minimum": 1, "maximum": 3},
        "time_zone": {"type": "string", "minLength": 1, "maxLength": 64},
        "weights": _map({"type": "number", "minimum": -1000, "maximum": 1000}),
    },
    *("silence_days", "attribution_days", "holdout_percent", "lapsed_days", "items_per_customer"),
)

#: Customers with items, of them those in the holdout, the different products that were recommended and which share they
#: are of what was on sale, items by scenario, and customers without items by the reason.
COUNTS = _object(
    {
        "customers": _COUNT,
        "items": _COUNT,
        "holdout": _COUNT,
        "products": _COUNT,
        "coverage": _SHARE,
        "scenarios": _object(dict.fromkeys(Scenario.values, _COUNT)),
        "excluded": _object(dict.fromkeys(Exclusion.values, _COUNT)),
    }
)

TIMINGS = _map({"type": "number", "minimum": 0})

#: What a score is made of, and what is said about it. The values of the components sum to the score.
REASONS = _object(
    {
        "components": _list(
            _object({"name": _NAME, "value": {"type": "number"}}, "name", "value"), 20, minItems=1
        ),
        "facts": _map({"type": ["string", "number", "boolean", "null"], "maxLength": 1000}, 20),
    },
    "components",
)

DETAILS = _map({"type": ["string", "number", "boolean", "null"], "maxLength": 1000}, 20)
