"""Finding a person in texts: their e-mail address, name, user name, phone, address, wherever somebody wrote them.

Comparison is blind to case and accents (`search.fold`), so that « ELODIE MARTIN » is found for « Élodie Martin », and
whole: « Élodie Martin-Durand » and `my.elodie@example.org` are somebody else. A first name alone identifies nobody
and is left.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import idna
import phonenumbers
from django.conf import settings
from django.db.backends.signals import connection_created
from django.db.models import BooleanField, F, Func

from .search import fold

#: What stands where a person was. Not longer than the shortest text that is looked for: no column overflows.
MASK = "[…]"
SHORTEST = len(MASK)

#: Below these a text is too common to mean one person in rows that are not theirs.
PHONE_DIGITS, ADDRESS_LENGTH, CODE_LENGTH, NAME_LENGTH = 9, 10, 6, 6

#: {text as compared: text as written}
Needles = Mapping[str, str]


class Kind(StrEnum):
    """What a value that identifies somebody is, and so in which ways people write it."""

    EMAIL = "email"
    NAME = "name"
    USERNAME = "username"
    PHONE = "phone"
    ADDRESS = "address"
    CODE = "code"


def forms(kind: Kind, value: Any) -> dict[str, str]:
    """The ways of writing this value, as needles; none of a value too short to stand for anybody."""
    text = " ".join(str(value or "").split())
    written = {text}
    if kind is Kind.PHONE:
        written |= set(_phone_forms(text))
    elif kind is Kind.NAME and " " in text:
        first, _, last = text.rpartition(" ")
        written.add(f"{last} {first}")
    elif kind is Kind.EMAIL:
        written |= {quote(text, safe=""), _ascii_domain(text)}
    elif kind is Kind.CODE and not re.search(r"\d.*[^\W\d_]|[^\W\d_].*\d", text):
        return {}  # « 1234 » is a number like any other
    written |= {html.escape(each) for each in written}
    return {folded: each for each in written if len(folded := fold(each) or "") >= SHORTEST}


def proven_forms(kind: Kind, value: Any) -> dict[str, str]:
    """Those that can only mean this person, wherever they stand; none of what one may call oneself.

    A name or user name is what somebody typed about themselves, « le résultat » or « div »: no proof of anything. Nor
    is a phone number, which nobody confirms: it may be the school's.
    """
    found = forms(kind, value)
    if kind is Kind.EMAIL:
        return {each: written for each, written in found.items() if "@" in each or "%40" in each}
    if kind is Kind.ADDRESS:
        text = fold(str(value)) or ""
        whole = len(text) >= ADDRESS_LENGTH and " " in text and re.search(r"\d", text)
        return found if whole else {}
    if kind is Kind.CODE:
        return {each: written for each, written in found.items() if len(each) >= CODE_LENGTH}
    return {}


def telling_forms(kind: Kind, value: Any) -> dict[str, str]:
    """Those that mean this person in a row that is linked to them: also phone numbers, names of several words, and user
    names that are no word; « Paul » and « div » mean nothing outside the person's own rows.
    """
    text = " ".join(str(value or "").split())
    if kind is Kind.NAME:
        return forms(kind, value) if " " in text and len(text) >= NAME_LENGTH else {}
    if kind is Kind.USERNAME:
        return forms(kind, value) if re.search(r"[^a-zA-Z]", text) and len(text) >= NAME_LENGTH else {}
    if kind is Kind.PHONE:
        found = forms(kind, value)
        return {
            each: each_form
            for each, each_form in found.items()
            if len(re.findall(r"\d", each)) >= PHONE_DIGITS
        }
    return proven_forms(kind, value)


def _phone_forms(text: str) -> Iterable[str]:
    try:
        number = phonenumbers.parse(text, settings.PHONENUMBER_DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return
    formats = phonenumbers.PhoneNumberFormat
    for each in (formats.E164, formats.INTERNATIONAL, formats.NATIONAL):
        written = phonenumbers.format_number(number, each)
        yield written
        yield from (written.replace(" ", separator) for separator in ("", ".", "-"))


def _ascii_domain(address: str) -> str:
    name, at, domain = address.rpartition("@")
    try:
        return f"{name}{at}{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        return address


#: What an occurrence is not within: a longer address, a longer or compound name or number, a longer word.
_ADDRESS = r"(?<![\w+])(?<!\w[.-])(?:%s)(?![^\W_])"
_PHRASE = r"(?<![^\W_])(?<![^\W_]-)(?:%s)(?![^\W_])(?!-[^\W_])"
_WORD = r"(?<![\w+])(?<!\w[.@-])(?:%s)(?![\w@])(?![.-]\w)"


def _whole(needle: str) -> str:
    if "@" in needle or "%40" in needle:
        return _ADDRESS
    return _PHRASE if " " in needle else _WORD


@lru_cache(maxsize=4096)
def _fold_one(char: str) -> str:
    return fold(char) or ""


class Masker:
    """Replaces every mention in a text, or in the texts of a JSON value, by MASK; other values stay as they are."""

    def __init__(self, needles: Iterable[str]) -> None:
        kinds: dict[str, list[str]] = {}
        for each in sorted(set(needles), key=lambda each: (-len(each), each)):
            kinds.setdefault(_whole(each), []).append(re.escape(each))
        alternatives = "|".join(whole % "|".join(texts) for whole, texts in sorted(kinds.items()))
        self.pattern = re.compile(alternatives) if kinds else None

    def __call__(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._in_json(value) if _is_escaped_json(value) else self._in_text(value)
        if isinstance(value, list):
            return [self(each) for each in value]
        if isinstance(value, dict):
            return {key: self(each) for key, each in value.items()}
        return value

    def _in_json(self, text: str) -> str:
        try:
            value = json.loads(text)
        except ValueError:
            return self._in_text(text)
        masked = self(value)
        return text if masked == value else json.dumps(masked)

    def _in_text(self, text: str) -> str:
        if self.pattern is None:
            return text
        folded, origins = [], []
        for position, char in enumerate(text):
            for each in _fold_one(char):
                folded.append(each)
                origins.append(position)
        parts, done = [], 0
        for found in self.pattern.finditer("".join(folded)):
            start, end = origins[found.start()], origins[found.end() - 1] + 1
            while end < len(text) and not _fold_one(text[end]):
                end += 1  # an accent written after its letter
            parts += [text[done:start], MASK]
            done = end
        return "".join([*parts, text[done:]]) if parts else text


def _is_escaped_json(text: str) -> bool:
    """JSON kept as text, with letters as escapes: a message of the admin's log."""
    return text[:1] in ("[", "{") and "\\u" in text


class Mentions(Func):  # type: ignore[misc]
    """`filter(Mentions("comment", needles))`: rows whose text or JSON column may mention somebody.

    Blind to whole words: it finds candidates for a `Masker`, and misses none.
    """

    output_field = BooleanField()

    def __init__(self, column: str, needles: Needles) -> None:
        super().__init__(F(column))
        self.needles = needles

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        sql, params = compiler.compile(self.source_expressions[0])
        return f"base_mentions({sql}, %s)", [*params, json.dumps(sorted(self.needles))]

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        sql, params = compiler.compile(self.source_expressions[0])
        wanted = set(self.needles)
        for written in self.needles.values():
            wanted |= {json.dumps(written)[1:-1], json.dumps(written, ensure_ascii=False)[1:-1]}
        patterns = ["%" + re.sub(r"([%_\\])", r"\\\1", each) + "%" for each in sorted(wanted)]
        folded = ", ".join("base_fold(%s)" for _ in patterns)
        return f"base_fold(({sql})::text) LIKE ANY(ARRAY[{folded}])", [*params, *patterns]


@lru_cache(maxsize=64)
def _parsed(needles: str) -> tuple[str, ...]:
    return tuple(json.loads(needles))


def mentions(text: str | None, needles: str) -> bool:
    """Does the text, or the JSON, hold one of the needles (a JSON list of folded texts)?"""
    if text is None:
        return False
    text = str(text)
    if "\\" in text and text[:1] in ("[", "{"):
        with suppress(ValueError):  # a text that only looks like JSON
            text = " ".join(_texts_of(json.loads(text)))
    folded = fold(text) or ""
    return any(needle in folded for needle in _parsed(needles))


def _texts_of(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts_of(each)


def register_sqlite_functions(sender: Any, connection: Any, **kwargs: Any) -> None:
    """Give each new SQLite connection the function that `Mentions` asks for."""
    if connection.vendor == "sqlite":
        function: Callable[..., bool] = mentions
        connection.connection.create_function("base_mentions", 2, function, deterministic=True)


connection_created.connect(register_sqlite_functions, dispatch_uid="base_mentions")
