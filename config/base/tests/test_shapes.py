"""The declared shape of every JSON column, refused in at least five ways on every path, with the key named."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError
from django.db import transaction
from jsonschema import Draft202012Validator

from config.base.introspection import kernel_models

from .admin_helpers import admin_of, form_of, signed_in, url_of
from .api_helpers import endpoint_of, if_match
from .helpers import dump, is_append_only, load, make

COLUMNS = [(model, name) for model in kernel_models() for name in sorted(model.json_shapes)]


def each_of(columns: list[tuple[Any, str]]) -> pytest.MarkDecorator:
    labels = [f"{model._meta.label}.{name}" for model, name in columns]
    return pytest.mark.parametrize(("model", "name"), columns, ids=labels)


def is_written_over_the_api(model: Any, name: str) -> bool:
    endpoint = endpoint_of(model)
    fields = endpoint.viewset.serializer_class().fields
    return endpoint.can("update") and name in fields and not fields[name].read_only


#: What people type there as something else than JSON; their own tests say what is refused.
TYPED_AS_WORDS = {("content.ContentBrick", "tags")}


def is_written_in_the_admin(model: Any, name: str) -> bool:
    own = admin_of(model)
    is_offered = model._meta.get_field(name).editable and name not in own.readonly_fields
    is_json = (model._meta.label, name) not in TYPED_AS_WORDS
    return is_offered and is_json and not getattr(own, "owned_by_a_service", False)


EVERY = each_of(COLUMNS)
KINDS = 5
#: What a text of a pattern may look like, tried in turn.
TEXTS = ("a", "abc", "fr", "EUR", "2026-11-21", "2026-11-21T10:00:00Z", "courses.course", "0" * 64, "0" * 32)
#: What is put in the place of each value.
WRONG = (None, True, 0, -1, 1.5, 10**12, "", "?", "x" * 20_000, [], {}, [None], {"surprise": 1})
pytestmark = pytest.mark.django_db


def example(schema: dict[str, Any]) -> Any:
    """A value of this shape with everything in it."""
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return example(schema[key][0])
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        value = {key: example(inner) for key, inner in schema.get("properties", {}).items()}
        more = schema.get("additionalProperties")
        return value or ({"a": example(more)} if isinstance(more, dict) else {})
    if kind == "array":
        return [example(schema["items"])] * max(1, schema.get("minItems", 1)) if "items" in schema else []
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 0), schema.get("exclusiveMinimum", -1) + 1)
    fitting = (text for text in TEXTS if Draft202012Validator(schema).is_valid(text))
    return {"string": next(fitting, "a"), "boolean": True, "null": None}[kind]


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in children:
        yield from places(inner, (*at, key))


def changed(value: Any, at: tuple[Any, ...], wrong: Any) -> Any:
    if not at:
        return wrong
    copied = copy.deepcopy(value)
    inner = copied
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = wrong
    return copied


def misshapen(value: Any, schema: dict[str, Any]) -> dict[tuple[str, str], tuple[str, Any]]:
    """Values that fit nearly, by the rule they break and where, with the key at fault; all kinds the shape has."""
    candidates = []
    for at in places(value):
        inner: Any = value
        for key in at:
            inner = inner[key]
        candidates += [changed(value, at, wrong) for wrong in WRONG]
        if isinstance(inner, dict):
            candidates.append(changed(value, at, {**inner, "surprise": 1}))
            candidates += [changed(value, at, {k: v for k, v in inner.items() if k != key}) for key in inner]
        if isinstance(inner, list) and inner:
            candidates += [changed(value, at, inner * 2), changed(value, at, inner * 3000)]
    found: dict[tuple[str, str], tuple[str, Any]] = {}
    for candidate in candidates:
        errors = list(Draft202012Validator(schema).iter_errors(candidate))
        if len(errors) == 1 and not errors[0].context:
            (error,) = errors
            rule = f"{error.validator}, null" if error.instance is None else str(error.validator)
            place = "".join(f".{part}" if isinstance(part, str) else "[]" for part in error.path)
            found.setdefault((rule, f"{place}.{named(error)}"), (named(error), candidate))
    return found


def named(error: Any) -> str:
    """The key that the message has to name; empty where the value as a whole is at fault."""
    if error.validator == "required":
        return next(key for key in error.validator_value if key not in error.instance)
    if error.validator == "additionalProperties":
        return "surprise"
    return next((str(part) for part in reversed(error.path) if isinstance(part, str)), "")


def wrong_values(row: Any, name: str) -> list[tuple[str, Any]]:
    """At least five kinds, from the row's own value where it says something, else from the shape's example."""
    schema = row.json_shapes[name]
    value = getattr(row, name) or example(schema)
    if not Draft202012Validator(schema).is_valid(value) or not misshapen(value, schema):
        value = example(schema)
    found = {**misshapen(example(schema), schema), **misshapen(value, schema)}
    if row._meta.get_field(name).null:
        found = {kind: pair for kind, pair in found.items() if pair[1] is not None}
    assert len(found) >= KINDS, f"only {sorted(found)}"
    return [found[kind] for kind in sorted(found)[:KINDS]]


def refuses(write: Any, name: str, key: str) -> None:
    with pytest.raises(ValidationError) as caught, transaction.atomic():
        write()
    assert name in caught.value.message_dict, caught.value
    assert key in " ".join(caught.value.message_dict[name]), caught.value


@EVERY
def test_every_write_of_a_model_refuses_it(model, name):
    row = make(model)
    for key, wrong in wrong_values(row, name):
        spoilt = model.objects.get(pk=row.pk)
        setattr(spoilt, name, wrong)
        refuses(spoilt.full_clean, name, key)
        if not is_append_only(model):
            refuses(spoilt.save, name, key)
            refuses(lambda spoilt=spoilt: model.objects.bulk_update([spoilt], [name]), name, key)
            rows = model.objects.filter(pk=row.pk)
            refuses(lambda rows=rows, wrong=wrong: rows.update(**{name: wrong}), name, key)
        spoilt.pk = None
        spoilt._state.adding = True
        refuses(spoilt.save, name, key)
        refuses(lambda spoilt=spoilt: model.objects.bulk_create([spoilt]), name, key)
    row.refresh_from_db()
    assert row.version == 1


@EVERY
def test_a_fixture_is_refused_too(model, name, tmp_path):
    row = make(model)
    for key, wrong in wrong_values(row, name):
        (entry,) = json.loads(dump(row))
        entry["fields"][name] = wrong
        with pytest.raises((ValidationError, CommandError)) as caught, transaction.atomic():
            load(json.dumps([entry]), tmp_path)
        assert key in str(caught.value)


@each_of([column for column in COLUMNS if is_written_over_the_api(*column)])
def test_the_api_refuses_it_on_its_field(model, name, staff_api):
    endpoint, row = endpoint_of(model), make(model)
    for key, wrong in wrong_values(row, name):
        answer = staff_api.patch(endpoint.url_of(row), {name: wrong}, format="json", headers=if_match(row))
        assert answer.status_code == 400, (wrong, answer.content)
        said = [error for error in answer.json()["errors"] if error["field"].split(".")[0] == name]
        assert any(key in error["message"] + error["field"] for error in said), (wrong, answer.json())


@each_of([column for column in COLUMNS if is_written_in_the_admin(*column)])
def test_the_admin_refuses_it_on_its_field(model, name):
    row, boss = make(model), signed_in()
    url = url_of(model, "change", row.pk)
    for key, wrong in wrong_values(row, name):
        sent = form_of(boss.get(url)) | {name: json.dumps(wrong)}
        errors = boss.post(url, sent).context["adminform"].form.errors
        assert name in errors, (wrong, errors)
        assert key in " ".join(errors[name]) or wrong in (None, "", [], {}), (wrong, errors)
