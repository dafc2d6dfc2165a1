"""What differs between the schema that the models ask for and the one that is there."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..differences import Difference
from .schema import Column, Rule, Schema, Table

ATTRIBUTES = ("identity", "generated", "collation")


def compare(
    expected: Schema, found: Schema, *, named: Collection[str], allowed: Collection[str]
) -> list[Difference]:
    """Every difference, in a fixed order.

    `named` are the constraints and indexes whose names somebody chose: those have to agree. The names that Django
    makes up do not: such rules are matched by what they say. `allowed` tables may exist without a model.
    """
    differences: list[Difference] = []
    for table in sorted(expected.keys() | found.keys()):
        if table not in found:
            differences.append(Difference(table, "missing table", expected="a table"))
        elif table in expected:
            differences += _columns(table, expected[table], found[table])
            differences += _rules(table, expected[table], found[table], named)
        elif table not in allowed:
            differences.append(Difference(table, "unexpected table", found="a table of no model"))
    return differences


def _columns(table: str, expected: Table, found: Table) -> Iterator[Difference]:
    for name in sorted(expected.columns.keys() | found.columns.keys()):
        at = f"{table}.{name}"
        if name not in found.columns:
            yield Difference(at, "missing column", expected=_describe(expected.columns[name]))
        elif name not in expected.columns:
            yield Difference(at, "unexpected column", found=_describe(found.columns[name]))
        else:
            yield from _column(at, expected.columns[name], found.columns[name])


def _column(at: str, expected: Column, found: Column) -> Iterator[Difference]:
    if expected.type != found.type:
        yield Difference(at, "type", expected.type, found.type)
    if expected.null != found.null:
        yield Difference(at, "nullability", _null(expected), _null(found))
    if expected.default != found.default:
        yield Difference(at, "default", expected.default or "no default", found.default or "no default")
    for name in ATTRIBUTES:
        mine, other = dict(expected.extras).get(name, ""), dict(found.extras).get(name, "")
        if mine != other:
            yield Difference(at, name, mine or "none", other or "none")


def _rules(table: str, expected: Table, found: Table, named: Collection[str]) -> Iterator[Difference]:
    wanted, there = list(expected.rules), list(found.rules)
    for rule in list(wanted):  # the same in every respect
        if rule in there:
            wanted.remove(rule)
            there.remove(rule)
    for rule in list(wanted):  # a name that Django made up, over the same words
        twin = next((each for each in there if _alike(each, rule) and each.name not in named), None)
        if rule.name not in named and twin:
            wanted.remove(rule)
            there.remove(twin)
    for rule in list(wanted):
        same_name = next((each for each in there if rule.name and each.name == rule.name), None)
        twin = same_name or next((each for each in there if _alike(each, rule)), None)
        if twin is None:
            yield Difference(_at(table, rule), f"missing {rule.kind}", expected=rule.definition)
            continue
        there.remove(twin)
        if same_name:
            yield Difference(_at(table, rule), f"changed {rule.kind}", rule.definition, twin.definition)
        else:
            yield Difference(_at(table, rule), f"renamed {rule.kind}", rule.name, twin.name or "no name")
    for rule in there:
        yield Difference(_at(table, rule), f"unexpected {rule.kind}", found=rule.definition)


def _alike(one: Rule, other: Rule) -> bool:
    return one.kind == other.kind and one.definition == other.definition


def _at(table: str, rule: Rule) -> str:
    return f"{table}.{rule.name or rule.definition}"


def _null(column: Column) -> str:
    return "NULL" if column.null else "NOT NULL"


def _describe(column: Column) -> str:
    default = f" DEFAULT {column.default}" if column.default else ""
    return f"{column.type} {_null(column)}{default}"
