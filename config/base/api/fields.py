"""Serializer fields for relations: plain keys, cheap to read, to check and to show in a form."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.relations import MANY_RELATION_KWARGS
from rest_framework.utils import html

from config.base.rows import choices_for

_KEY = re.compile(r"[0-9]{1,19}", re.ASCII)


def as_key(value: Any) -> int | None:
    """The whole number that a client sent as a key, or None: no bool, no 1.5, nothing beyond a bigint."""
    if isinstance(value, str) and _KEY.fullmatch(value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63:
        return value
    return None


def columns_of(field: Any) -> tuple[str, ...]:
    """The model's columns that a serializer field stands for: its source, or the `columns` that a composite names."""
    return getattr(field, "columns", (field.source,))


class KeyField(serializers.PrimaryKeyRelatedField):
    """A link as the key of an alive row.

    A link that is stored already is accepted although its target has gone to the trash meanwhile, so that what
    was read can be sent back. In HTML forms it is an input, not a <select> with every row of the other table.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs["style"] = {"base_template": "input.html", "input_type": "number", **kwargs.get("style", {})}
        super().__init__(**kwargs)

    @classmethod
    def many_init(cls, *args: Any, **kwargs: Any) -> ManyKeysField:
        options = {name: kwargs[name] for name in MANY_RELATION_KWARGS if name in kwargs}
        return ManyKeysField(child_relation=cls(*args, **kwargs), **options)

    def get_queryset(self) -> Any:
        """The rows that who asks may link to: through a door of the back office what their right to write reaches,
        through one of their own what is theirs to see."""
        rows, request = super().get_queryset(), self.context.get("request")
        serializer: Any = self.parent.parent if isinstance(self.parent, ManyKeysField) else self.parent
        if request is None or not isinstance(serializer, serializers.ModelSerializer):
            return rows
        if getattr(self.context.get("view"), "is_personal", False):
            return rows.visible_to(request.user)
        right = "add" if serializer.instance is None else "change"
        return choices_for(request.user, rows, serializer.Meta.model, right)

    def to_internal_value(self, data: Any) -> Any:
        key = as_key(data)
        if key is None:
            self.fail("incorrect_type", data_type=type(data).__name__)
        try:
            return self.get_queryset().get(pk=key)
        except ObjectDoesNotExist:
            stored = getattr(self.root, "instance", None) if self.parent is self.root else None
            if getattr(stored, f"{self.source}_id", None) == key:
                return getattr(stored, str(self.source))
            self.fail("does_not_exist", pk_value=data)


class ManyKeysField(serializers.ManyRelatedField):
    """Links as a list of keys, checked with one query; in an HTML form, keys separated by commas."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["style"] = {**kwargs.get("style", {}), "base_template": "input.html", "input_type": "text"}
        super().__init__(**kwargs)

    def get_value(self, dictionary: Any) -> Any:
        if not html.is_html_input(dictionary):
            return dictionary.get(self.field_name, empty)
        if self.field_name not in dictionary:
            return empty
        text = ",".join(dictionary.getlist(self.field_name))
        return [part.strip() for part in text.strip(" []").split(",") if part.strip()]

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        if not self.allow_empty and len(data) == 0:
            self.fail("empty")
        keys = []
        for item in data:
            key = as_key(item)
            if key is None:
                self.child_relation.fail("incorrect_type", data_type=type(item).__name__)
            keys.append(key)
        found = {row.pk: row for row in self.child_relation.get_queryset().filter(pk__any_of=keys)}
        for key in keys:
            if key not in found:
                self.child_relation.fail("does_not_exist", pk_value=key)
        return list(found.values())
