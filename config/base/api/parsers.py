"""Reading JSON without letting through what no database column can hold."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """Refuses NUL characters, lone surrogates and bottomless nesting with a 400, wherever they stand.

    Text columns are checked field by field, but a JSON column would take them to the database, which does not.
    """

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            unstorable = _holds_unstorable_text(data)
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
        if unstorable:
            raise ParseError(_("The JSON holds a NUL character or half of a surrogate pair."))
        return data


def _holds_unstorable_text(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, dict):
        return any(_holds_unstorable_text(key) or _holds_unstorable_text(each) for key, each in value.items())
    if isinstance(value, list):
        return any(_holds_unstorable_text(each) for each in value)
    return False
