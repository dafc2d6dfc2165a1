"""Words of a file into what the models store: choices, yes and no, lines of text, addresses, phone numbers.

A choice is understood by its code and by its label in every language of the site, blind to case, accents, hyphens and
underscores: « Demi-sec », `OFF_DRY` and « off dry » are one. What cannot be read is null.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

import polars as pl
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from phonenumber_field.phonenumber import to_python as read_phone

from config.base.search import fold

from ..validators import email_match_key
from .values import looked_up, mapped

#: What stands between the members of a list in one cell.
_LIST_MARKS = re.compile(r"[;,|]")
_JOINTS = re.compile(r"[\s_\-\u2010-\u2015'’]+")

_TRUTHS = {
    **dict.fromkeys(("1", "true", "yes", "y", "oui", "o", "vrai", "x"), "1"),
    **dict.fromkeys(("0", "false", "no", "n", "non", "faux"), "0"),
}


def word_key(text: str) -> str:
    """The form in which such words are compared."""
    return _JOINTS.sub(" ", fold(text) or "").strip()


@lru_cache
def spellings(choices: type[models.TextChoices]) -> dict[str, str]:
    """{how a member may be written: its code}; a code comes before a label."""
    known = {word_key(code): str(code) for code in choices.values}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for code, label in choices.choices:
                known.setdefault(word_key(str(label)), str(code))
    return known


def choice(texts: pl.Series, choices: type[models.TextChoices]) -> pl.Series:
    """The codes that the texts mean."""
    known = spellings(choices)
    return looked_up(texts, lambda text: known.get(word_key(text)))


def choice_list(texts: pl.Series, choices: type[models.TextChoices]) -> pl.Series:
    """The codes of lists in one cell (« été ; fêtes ») as JSON: each once, in the order of the choices."""
    known, order = spellings(choices), list(choices.values)

    def read(text: str) -> str | None:
        codes = {known.get(word_key(word)) for word in _LIST_MARKS.split(text) if word.strip()}
        return None if None in codes else json.dumps([code for code in order if code in codes])

    return looked_up(texts, read)


def truth(texts: pl.Series) -> pl.Series:
    """Yes and no, true and false, 1 and 0, in English and French."""
    found = looked_up(texts, lambda text: _TRUTHS.get(word_key(text)))
    return found == "1"


def line(texts: pl.Series, field: Any) -> tuple[pl.Series, pl.Series]:
    """The texts as this field stores them, empty as null, and which are longer than it takes."""
    values = mapped(texts, lambda text: field.to_python(text) or "")
    values = values.set(values == "", None)
    return values, values.str.len_chars() > field.max_length


def valid(texts: pl.Series, field: Any) -> pl.Series:
    """The texts as this field stores them, null where its validators refuse them."""

    def read(text: str) -> str | None:
        value = field.to_python(text)
        try:
            field.run_validators(value)
        except ValidationError:
            return None
        return str(value) if value else None

    return looked_up(texts, read)


def email_key(addresses: pl.Series) -> pl.Series:
    """The form in which e-mail addresses are compared."""
    return looked_up(addresses, email_match_key)


def phone(texts: pl.Series, countries: pl.Series) -> pl.Series:
    """Numbers in E.164. One in its national form is of the row's country or, where that is not told, of the site's."""

    def read(text: str) -> str | None:
        country, number = text.split("\0")
        found = read_phone(number, region=country or settings.PHONENUMBER_DEFAULT_REGION)
        return str(found.as_e164) if found is not None and found.is_valid() else None

    frame = pl.DataFrame({"c": countries.fill_null(""), "p": texts})
    return looked_up(frame.select(pl.concat_str("c", "p", separator="\0")).to_series(), read)
