"""The declared shapes of this app's JSON columns, as JSON Schemas, and what a schema cannot say of them.

| column | shape |
|---|---|
| `ContentBrick.tags` | `["pythagore", "triangle-rectangle"]`: slugs, each once |
| `ContentTemplate.slots` | `[{"key": "practice", "kind": "EXERCISE", "count": 4, …}]`, see `SLOTS` |
| `ContentTemplate.placeholders` | `["title", "student_name", …]`, of `choices.Placeholder` |
| `DocumentRequest.criteria` | what narrows the choice of bricks, see `CRITERIA` |
| `DocumentRequest.variants` | `["STUDENT", "TEACHER"]`, at least one, each once |
| `manifest` of both request and document | everything needed to render the same bytes again, see `MANIFEST` |
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from courses.choices import Language

from .choices import BrickKind, DocumentType, Level, Placeholder, Variant

_SLUG: dict[str, Any] = {"type": "string", "pattern": r"^[a-z0-9]+(-[a-z0-9]+)*\Z", "maxLength": 80}
# What a SlugField holds, which is more than that: whatever stands in one may be named.
_STORED_SLUG: dict[str, Any] = {"type": "string", "pattern": r"^[-a-zA-Z0-9_]+\Z", "maxLength": 80}
_SLUGS: dict[str, Any] = {"type": "array", "items": _SLUG, "maxItems": 30, "uniqueItems": True}
_DIFFICULTY: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": 5}
_POSITIVE: dict[str, Any] = {"type": "integer", "minimum": 1}
# One line of text: no line break, nothing that a database refuses to store.
_LINE: dict[str, Any] = {"type": "string", "maxLength": 255, "pattern": r"^[^\x00-\x1f\x7f\ud800-\udfff]*\Z"}
_SHA256: dict[str, Any] = {"type": "string", "pattern": r"^[0-9a-f]{64}\Z"}


def _object(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    """An object with these keys and no others; all are required but the optional ones."""
    return {
        "type": "object",
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
        "properties": properties,
    }


def _list(items: dict[str, Any], *, least: int = 0, most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


TAGS = _SLUGS

#: A document's bricks. The draw takes well under a second for so many, and half a minute for all that the slots allow.
MAX_BRICKS = 200

#: One slot is `count` bricks of a kind and a range of difficulty, under a title (empty: none is printed).
SLOTS = _list(
    _object(
        {
            "key": _SLUG,
            "kind": {"enum": BrickKind.values},
            "count": {"type": "integer", "minimum": 1, "maximum": 50},
            "difficulty_min": _DIFFICULTY,
            "difficulty_max": _DIFFICULTY,
            "title": _LINE,
        }
    ),
    least=1,
    most=20,
)

PLACEHOLDERS: dict[str, Any] = {
    "type": "array",
    "items": {"enum": Placeholder.values},
    "uniqueItems": True,
}

VARIANTS: dict[str, Any] = {
    "type": "array",
    "items": {"enum": Variant.values},
    "minItems": 1,
    "uniqueItems": True,
}

_CRITERIA: dict[str, Any] = {
    # A brick has at least one of these tags; none named: any will do.
    "tags": _SLUGS,
    # No brick of these families of near-duplicates.
    "exclude_families": {**_SLUGS, "items": _STORED_SLUG},
    # Narrows what the slots allow.
    "difficulty_min": _DIFFICULTY,
    "difficulty_max": _DIFFICULTY,
    # Without it, whatever language the bricks have.
    "language": {"enum": Language.values},
    # May the engine leave the difficulty or the tags where too few bricks match? It records what it left.
    "allow_relaxation": {"type": "boolean"},
}
CRITERIA = _object(_CRITERIA, *_CRITERIA)

MANIFEST = _object(
    {
        # The version of this shape.
        "format": {"const": 1},
        # The document's own; each brick has one too.
        "language": {"enum": Language.values},
        "title": _LINE,
        # {name: version} of everything that renders: typst, temml, fonts, layout (the writers' own).
        "engines": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 100}},
        # The moment printed in the document and its metadata: ISO 8601, with the zone.
        "rendered_at": {"type": "string", "maxLength": 40},
        "template": _object(
            {
                "slug": _STORED_SLUG,
                "revision": _POSITIVE,
                "name": _LINE,
                "document_type": {"enum": DocumentType.values},
                "slots": SLOTS,
                "placeholders": PLACEHOLDERS,
            }
        ),
        "subject": _STORED_SLUG,
        "level": {"enum": Level.values},
        "criteria": CRITERIA,
        "seed": {"type": "integer", "minimum": 0},
        # {placeholder: what it was filled with}; the page numbers are the engine's.
        "values": {
            "type": "object",
            "propertyNames": {"enum": Placeholder.values},
            "additionalProperties": _LINE,
        },
        # In the order of the document: a version is named by its brick's slug and its number.
        "bricks": _list(
            _object(
                {
                    "slot": _SLUG,
                    "brick": _STORED_SLUG,
                    "number": _POSITIVE,
                    "sha256": _SHA256,
                    # What a version does not hold, as it was.
                    "kind": {"enum": BrickKind.values},
                    "language": {"enum": Language.values},
                }
            ),
            most=1000,
        ),
        # {name: SHA-256 of the file} of the figures in those bricks.
        "figures": {"type": "object", "propertyNames": _STORED_SLUG, "additionalProperties": _SHA256},
        # {slot: how many bricks were missing}, and in words what was left of the criteria.
        "shortage": {"type": "object", "propertyNames": _SLUG, "additionalProperties": _POSITIVE},
        "relaxed": _list(_object({"slot": _SLUG, "criterion": {"enum": ["difficulty", "tags"]}}), most=100),
    },
    "shortage",
    "relaxed",
)


def check_slots(slots: list[dict[str, Any]]) -> None:
    """Each slot has a key of its own and a range that is not upside down; all together are a document, not a book."""
    wanted = sum(slot["count"] for slot in slots)
    if wanted > MAX_BRICKS:
        message = _("A document has %(most)d bricks at most; these slots ask for %(wanted)d.")
        raise ValidationError(message % {"most": MAX_BRICKS, "wanted": wanted}, code="too_many_bricks")
    keys = [slot["key"] for slot in slots]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValidationError(
            _("The key %(keys)s stands for two slots.") % {"keys": ", ".join(twice)}, code="slots_twice"
        )
    for slot in slots:
        check_range(slot, slot["key"])


def check_range(values: dict[str, Any], name: str = "") -> None:
    """The lowest difficulty is not above the highest."""
    low, high = values.get("difficulty_min", 1), values.get("difficulty_max", 5)
    if low > high:
        message = _("%(name)s: the lowest difficulty, %(low)s, is above the highest, %(high)s.")
        raise ValidationError(
            message % {"name": name or _("the value"), "low": low, "high": high}, code="difficulty_range"
        )
