"""The pieces of Typst code that the writers share."""

from __future__ import annotations

#: As high as what is in it, not as a line of text.
BOUNDS = 'set text(top-edge: "bounds", bottom-edge: "bounds")'


def string(text: str) -> str:
    """A Typst string that says exactly the text."""
    if text.isprintable() and '"' not in text and "\\" not in text:  # nearly all
        return f'"{text}"'
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in {'"', "\\"}:
        return f"\\{character}"
    plain = character.isprintable() or character == "\u00a0"
    return character if plain else f"\\u{{{ord(character):x}}}"


def symbol(character: str) -> str:
    return f"symbol({string(character)})"
