"""Every question that the doors ask of a large table has an index, and every index says which question it serves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models

from config.base.constraints import NamedIndex, TrashIndex
from config.base.tests.api_helpers import endpoints

MODELS = sorted(apps.get_app_config("crm").get_models(), key=lambda model: model.__name__)
MODELS = [model for model in MODELS if hasattr(model, "stands_on_kernel")]
EVERY = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


def named(model):
    return [
        each
        for each in model._meta.indexes
        if isinstance(each, NamedIndex) and not isinstance(each, TrashIndex)
    ]


def leading(model):
    """The columns that some index, or unique rule among the alive, begins with."""
    columns = {each.fields[0].removeprefix("-") for each in model._meta.indexes if each.fields}
    unique = [rule for rule in model._meta.constraints if isinstance(rule, models.UniqueConstraint)]
    return columns | {rule.fields[0] for rule in unique if rule.fields} | {"id"}


def column(model, name):
    """The model and column that a lookup ends at: a filter through a link asks the other table."""
    *links, last = name.removeprefix("-").split("__")
    for link in links:
        model = model._meta.get_field(link).related_model
    return model, model._meta.get_field(last).name


def asked_by_the_api(model):
    endpoint = next(each for each in endpoints() if each.model is model)
    for each in endpoint.filters().values():
        yield each.field_name
    yield from endpoint.viewset.ordering_fields


def asked_by_the_admin(model):
    own = admin.site._registry[model]
    yield from (each for each in own.list_filter if isinstance(each, str))
    yield from own.ordering
    for name in own.sortable_by:
        method = getattr(own, name, None)
        yield getattr(method, "admin_order_field", name) if callable(method) else name


def test_there_are_at_least_thirty_named_indexes():
    names = [index.name for model in MODELS for index in named(model)]
    assert len(set(names)) == len(names) >= 30


@EVERY
def test_every_filter_and_order_of_the_doors_has_an_index(model):
    asked = {*asked_by_the_api(model), *asked_by_the_admin(model)}
    assert asked
    missing = {name for name in asked for owner, last in [column(model, name)] if last not in leading(owner)}
    assert not missing


@EVERY
def test_every_link_has_an_index(model):
    """A deletion asks for all that points at a row."""
    links = {
        field.name
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey) and field.db_constraint
    }
    assert links <= leading(model)


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[1] / "models").glob("[a-z]*.py")), ids=lambda p: p.stem
)
def test_every_index_says_which_question_it_serves(path):
    text = path.read_text(encoding="utf-8")
    silent = [
        match.group(0).splitlines()[-1].strip()
        for match in re.finditer(r"^(?! *#)[^\n]*\n +NamedIndex\([^\n]*", text, re.MULTILINE)
    ]
    assert "NamedIndex(" in text
    assert silent == []
