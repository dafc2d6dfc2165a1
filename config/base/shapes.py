"""The declared shape of a JSON column, checked on every path that writes one.

A model maps its JSON columns to JSON Schemas in `json_shapes`. `full_clean`, and with it the admin, the API and the
imports, refuses anything else with an error that names the key; so do `save()`, the bulk writes, `update()` with a
value and `loaddata`, which validate nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Value
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError as ShapeError

_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def check_shape(value: Any, schema: dict[str, Any]) -> None:
    """Raise a Django ValidationError with one message per place that does not fit the schema."""
    errors = sorted(
        Draft202012Validator(schema).iter_errors(value), key=lambda error: list(map(str, error.path))
    )
    if errors:
        raise ValidationError([ValidationError(_describe(error), code="shape") for error in _leaves(errors)])


def shape_errors(model: Any, values: Mapping[str, Any]) -> dict[str, list[ValidationError]]:
    """What is wrong with these values, by JSON column. What the database is to compute is not looked at."""
    errors = {}
    for name in [name for name in model.json_shapes if name in values]:
        value = values[name].value if isinstance(values[name], Value) else values[name]
        if hasattr(value, "resolve_expression") or (value is None and model._meta.get_field(name).null):
            continue
        try:
            check_shape(value, model.json_shapes[name])
        except ValidationError as error:
            errors[name] = error.error_list
    return errors


def require_shapes(rows: Iterable[Any], names: Iterable[str] | None = None) -> None:
    """Raise ValidationError for the first of these instances whose JSON columns (or those in `names`) do not fit."""
    for row in rows:
        if not row.json_shapes:
            return  # of one model, all of them
        values = (
            row.__dict__
            if names is None
            else {name: row.__dict__[name] for name in names if name in row.__dict__}
        )
        errors = shape_errors(type(row), values)
        if errors:
            raise ValidationError(errors)


def _leaves(errors: Iterable[ShapeError]) -> list[ShapeError]:
    """Of an alternative that failed, the branch that came closest."""
    found: list[ShapeError] = []
    for error in errors:
        if error.context:
            branches: dict[Any, list[ShapeError]] = {}
            for inner in error.context:
                branches.setdefault(inner.relative_schema_path[0], []).append(inner)
            closest = min(branches.values(), key=lambda group: (len(group), -max(len(e.path) for e in group)))
            found += _leaves(closest)
        else:
            found.append(error)
    return found


def _place(error: ShapeError) -> str:
    place = ""
    for part in error.absolute_path:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    return place or _("the value")


def _describe(error: ShapeError) -> str:
    """The reason in words; the message of the library, in English, where none of these fits."""
    rule, expected, given = error.validator, error.validator_value, error.instance
    if rule == "type":
        wanted = [expected] if isinstance(expected, str) else list(expected)
        text = _("must be %(types)s.") % {"types": _(" or ").join(_word(each) for each in wanted)}
    elif rule == "required":
        missing = ", ".join(key for key in expected if key not in given)
        text = _("the key %(keys)s is missing.") % {"keys": missing}
    elif rule == "additionalProperties":
        known = error.schema.get("properties", {})
        unknown = ", ".join(str(key) for key in given if key not in known)
        text = _("the key %(keys)s is unknown.") % {"keys": unknown}
    elif rule == "enum":
        text = _("must be one of %(values)s.") % {"values": ", ".join(map(str, expected))}
    elif rule in ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"):
        text = _("is too small or too short: at least %(limit)s.") % {"limit": expected}
    elif rule in ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"):
        text = _("is too large or too long: at most %(limit)s.") % {"limit": expected}
    elif rule == "uniqueItems":
        text = _("holds the same entry twice.")
    elif rule == "pattern":
        text = _("does not fit the pattern %(pattern)s.") % {"pattern": expected}
    else:
        text = error.message
    return _("%(place)s: %(text)s") % {"place": _place(error), "text": text}


def _word(kind: str) -> str:
    """A boolean is written `true` in every language; an exercise that asks for true or false is not."""
    return pgettext("JSON", "true or false") if kind == "boolean" else _(_TYPES[kind])
