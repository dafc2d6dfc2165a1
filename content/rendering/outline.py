"""A sheet made ready for both writers: texts parsed, exercises numbered, formulas converted once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from . import tree, words
from .markdown import TextRefused, parse
from .refusals import Refusal
from .typography import typeset
from .values import Image, Part, Sheet

BLANKS = re.compile(r"[ \t\n\r\f\v]+")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class SheetRefused(Refusal):
    """A sheet that cannot be rendered as it is written. `code`: text, formula, figure, glyph or engine; the facts say
    where: `part` (its title), `field` (body or answer), `line` and `column` where they are known."""

    def __init__(self, code: str, detail: str, **facts: object) -> None:
        super().__init__(detail, code=code, **facts)
        self.code = code
        self.detail = detail


class Converted(Protocol):
    """A formula in the two forms that are written."""

    @property
    def mathml(self) -> str: ...

    @property
    def typst(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Brick:
    """A part with its label (« Exercice 3 », « Méthode »), its texts as trees and the depth of its heading: 2 under
    the title of a section, 1 without."""

    part: Part
    label: str
    title: str
    depth: int
    body: tree.Tree
    answer: tree.Tree | None


@dataclass(frozen=True, slots=True)
class Group:
    """The bricks of a section."""

    title: str
    bricks: tuple[Brick, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """What both writers write."""

    sheet: Sheet
    title: str
    values: dict[str, str]
    groups: tuple[Group, ...]
    sources: tuple[str, ...]

    @property
    def facts(self) -> list[str]:
        """What stands in the corner: day, duration, teacher."""
        language = self.sheet.language
        return [
            self.values[key] if key == "date" else words.labelled(name, self.values[key], language)
            for key, name in (("date", "date"), ("duration", "duration"), ("teacher_name", "teacher"))
            if self.values.get(key)
        ]

    @property
    def boxes(self) -> list[str]:
        """What a student's exam leaves room for."""
        if self.sheet.document_type != "EXAM" or self.is_teachers:
            return []
        return [words.labelled(key, "", self.sheet.language) for key in ("mark", "remarks")]

    @property
    def is_teachers(self) -> bool:
        return self.sheet.variant == "TEACHER"


def outline_of(sheet: Sheet) -> Outline:
    """Parse and number a sheet. Raises SheetRefused."""
    language = sheet.language
    exercises = 0
    groups: list[Group] = []
    sources: dict[str, None] = {}
    for section in sheet.sections:
        bricks: list[Brick] = []
        for part in section.parts:
            exercises += part.kind == "EXERCISE"
            label = words.word("exercise" if part.kind == "EXERCISE" else part.kind, language)
            bricks.append(
                Brick(
                    part=part,
                    label=f"{label}\u00a0{exercises}" if part.kind == "EXERCISE" else label,
                    title=typeset(one_line(part.title), language=part.language),
                    depth=2 if section.title else 1,
                    body=_parsed(part, "body", sheet),
                    answer=_parsed(part, "answer", sheet) if part.answer.strip() else None,
                )
            )
            if part.source.strip():
                sources[typeset(one_line(part.source), language=part.language)] = None
        groups.append(Group(typeset(one_line(section.title), language=language), tuple(bricks)))
    values = {
        key: words.readable(key, one_line(sheet.values.get(key, "")), language) for key in sheet.placeholders
    }
    title = typeset(one_line(sheet.title), language=language)
    return Outline(sheet, title, values, tuple(groups), tuple(sources))


def one_line(text: str) -> str:
    """On one line, without control characters; half a surrogate pair becomes a question mark."""
    text = text.encode("utf-8", "replace").decode()
    return CONTROL.sub("", BLANKS.sub(" ", text)).strip(" ")


@lru_cache(maxsize=1_024)
def tree_of(text: str, language: str) -> tree.Tree:
    """The tree of a text, which both copies share. Raises TextRefused."""
    return parse(text, language=language)


def _parsed(part: Part, name: str, sheet: Sheet) -> tree.Tree:
    try:
        parsed = tree_of(getattr(part, name), part.language)
    except TextRefused as refused:
        raise SheetRefused(
            "text", f"{refused.code}: line {refused.line}", part=part.title, field=name, line=refused.line
        ) from refused
    for figure in parsed.figures:
        if figure.name not in sheet.images:
            raise SheetRefused(
                "figure",
                f"there is no figure {figure.name!r}",
                part=part.title,
                field=name,
                name=figure.name,
                line=figure.place.line,
                column=figure.place.column,
            )
    return parsed


def picture(sheet: Sheet, figure: tree.Figure) -> Image:
    return sheet.images[figure.name]
