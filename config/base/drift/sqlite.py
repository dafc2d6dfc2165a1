"""Reads a schema from SQLite, which keeps it as the statements that made it.

The pragmas tell neither checks nor deferrability nor collations, so the statements themselves are parsed, as far
as Django and people write them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .schema import Column, Rule, Schema, Table

TOKEN = re.compile(
    r"""
    (?P<skip>\s+|--[^\n]*|/\*.*?\*/)
    | (?P<string>'(?:[^']|'')*')
    | (?P<name>"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\])
    | (?P<word>[A-Za-z_][A-Za-z0-9_$]*|[0-9]+(?:\.[0-9]+)?)
    | (?P<mark><>|<=|>=|!=|==|\|\||<<|>>|.)
    """,
    re.VERBOSE | re.DOTALL,
)
TABLE_RULES = {"constraint", "check", "unique", "primary", "foreign"}
COLUMN_RULES = {"constraint", "not", "null", "default", "primary", "unique", "check", "references", "collate"}
COLUMN_RULES |= {"generated", "as"}


@dataclass(frozen=True)
class Token:
    text: str
    bare: bool  # a word that was not quoted, so that it may be a keyword


Tokens = list[Token]


def read_schema(connection: Any) -> Schema:
    """Every table of the database."""
    schema: Schema = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        )
        for name, sql in cursor.fetchall():
            schema[name] = parse_table(sql)
        cursor.execute(
            "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        )
        for table, name, sql in cursor.fetchall():
            schema[table].rules.append(Rule("index", parse_index(sql), name))
    return schema


def parse_table(sql: str) -> Table:
    """CREATE TABLE … as columns and rules."""
    tokens = tokenise(sql)
    start = next(at for at, token in enumerate(tokens) if token.text == "(")
    table = Table()
    for item in _split(_group(tokens, start)):
        if item[0].bare and item[0].text in TABLE_RULES:
            table.rules.append(_table_rule(item))
        else:
            name = item[0].text
            table.columns[name], rules = _column(name, item[1:])
            table.rules += rules
    return table


def parse_index(sql: str) -> str:
    """CREATE [UNIQUE] INDEX name ON table (…) [WHERE …] without the names."""
    tokens = tokenise(sql)
    start = next(at for at, token in enumerate(tokens) if token.text == "(")
    unique = any(token.bare and token.text == "unique" for token in tokens[:start])
    return ("unique " if unique else "") + _text(tokens[start:])


def tokenise(sql: str) -> Tokens:
    """The words of a statement: names unquoted, everything but strings in lower case."""
    tokens = []
    for match in TOKEN.finditer(sql):
        kind, text = match.lastgroup, match.group()
        if kind == "string":
            tokens.append(Token(text, bare=False))
        elif kind == "name":
            tokens.append(Token(text[1:-1].replace('""', '"').lower(), bare=False))
        elif kind in ("word", "mark"):
            tokens.append(Token(text.lower(), bare=kind == "word"))
    return tokens


def _column(name: str, tokens: Tokens) -> tuple[Column, list[Rule]]:
    """The column, and the rules that stand within it."""
    type_: Tokens = []
    while tokens and not (tokens[0].bare and tokens[0].text in COLUMN_RULES):
        type_.append(tokens[0])
        tokens = tokens[1:]
    null, default, rule_name = True, "", ""
    extras: list[tuple[str, str]] = []
    rules: list[Rule] = []
    for keyword, body in _clauses(tokens):
        if keyword == "constraint":
            rule_name = _text(body)
            continue
        if keyword in ("not", "null"):
            null = keyword == "null"
        elif keyword == "default":
            default = _text(body)
        elif keyword == "collate":
            extras.append(("collation", _text(body)))
        elif keyword in ("generated", "as"):
            extras.append(
                ("generated", _text([token for token in body if token.text not in ("always", "as")]))
            )
        elif keyword == "primary":
            rules.append(Rule("primary key", f"( {name} )", rule_name))
            if any(token.text == "autoincrement" for token in body):
                extras.append(("identity", "autoincrement"))
        elif keyword == "unique":
            rules.append(Rule("unique", f"( {name} )", rule_name))
        elif keyword == "check":
            rules.append(Rule("check", _text(body), rule_name))
        elif keyword == "references":
            rules.append(Rule("foreign key", f"( {name} ) references {_text(body)}", rule_name))
        rule_name = ""
    return Column(_text(type_), null, default, tuple(sorted(extras))), rules


def _clauses(tokens: Tokens) -> Iterator[tuple[str, Tokens]]:
    """A column's clauses, each as its keyword and the rest of it; brackets are skipped over."""
    starts, depth = [], 0
    for at, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if depth or not token.bare or token.text not in COLUMN_RULES:
            continue
        before = tokens[at - 1].text if at else ""
        after = tokens[at + 1].text if at + 1 < len(tokens) else ""
        # NOT NULL and GENERATED ALWAYS AS are one clause each; so are NOT DEFERRABLE and SET NULL in REFERENCES.
        # DEFAULT NULL gives a value.
        if (token.text, before) in {
            ("null", "not"),
            ("null", "set"),
            ("null", "default"),
            ("default", "set"),
        }:
            continue
        if (token.text == "as" and before == "always") or (token.text == "not" and after == "deferrable"):
            continue
        starts.append(at)
    for start, end in pairwise([*starts, len(tokens)]):
        yield tokens[start].text, tokens[start + 1 : end]


def _table_rule(tokens: Tokens) -> Rule:
    name = ""
    if tokens[0].text == "constraint":
        name, tokens = tokens[1].text, tokens[2:]
    kind = {"primary": "primary key", "foreign": "foreign key"}.get(tokens[0].text, tokens[0].text)
    return Rule(kind, _text(tokens[len(kind.split()) :]), name)


def _group(tokens: Tokens, start: int) -> Tokens:
    """What stands within the bracket that opens at `start`."""
    depth = 0
    for at in range(start, len(tokens)):
        depth += (tokens[at].text == "(") - (tokens[at].text == ")")
        if depth == 0:
            return tokens[start + 1 : at]
    return tokens[start + 1 :]


def _split(tokens: Tokens) -> Iterator[Tokens]:
    """At the commas that stand in no bracket."""
    item: Tokens = []
    depth = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if token.text == "," and depth == 0:
            yield item
            item = []
        else:
            item.append(token)
    if item:
        yield item


def _text(tokens: Tokens) -> str:
    return " ".join(token.text for token in tokens)
