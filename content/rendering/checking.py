"""What is wrong with a text, and where: every problem at once, not the first that stops the printing.

A problem is `{"code", "field", "line", "column", "offset", "length", "detail"}`: places count from 1, the offset from
0; 0 and -1 where no place is known. Codes, beside those of `tree.Problem`: `formula` (it cannot be set), `figure`
(there is none of that name), `glyph` (a character that no font has), `length` and `depth` (a text that is not read at
all), `engine` (Typst refuses what none of these explains).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

from . import tree
from .building import TextRefused
from .formulas import Formulas
from .markdown import parse
from .outline import SheetRefused
from .refusals import Refusal
from .sheet import Printing
from .values import Image, Part, Section, Sheet, sheet_of

#: Characters that no font has are looked for one after the other.
MAX_GLYPHS = 20
#: Stands where a character is missing.
REPLACEMENT = "?"
#: Stands where a figure is missing.
MISSING = Image(
    "image/svg+xml",
    base64.b64encode(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="160" height="60" viewBox="0 0 160 60"><rect x="1" y="1" '
        b'width="158" height="58" fill="#fff" stroke="#b91c1c" stroke-dasharray="6 4"/><path d="M70 20l20 20m0-20l-20 '
        b'20" stroke="#b91c1c" stroke-width="3"/></svg>'
    ).decode(),
)

Problem = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """Stands where a formula cannot be set: its LaTeX, in red."""

    mathml: str
    typst: str
    words: str


class Tolerant(Formulas):
    """Converts formulas, and shows as they were written those that it cannot."""

    def __call__(self, formula: tree.Formula, language: str) -> Any:
        try:
            return super().__call__(formula, language)
        except Refusal:
            return _as_written(formula)


def _as_written(formula: tree.Formula) -> Refused:
    from .typst_writer import string

    display = ' display="block"' if formula.display else ""
    mathml = f'<math{display}><mtext mathcolor="#b91c1c">{escape(formula.latex)}</mtext></math>'
    return Refused(mathml, f'text(fill: rgb("#b91c1c"), raw({string(formula.latex)}))', formula.latex)


@dataclass(slots=True)
class Check:
    """The problems of one text, `name` its field."""

    name: str
    text: str
    language: str
    formulas: Formulas
    problems: list[Problem] = field(default_factory=list)
    figures: tuple[str, ...] = ()

    def run(self) -> Check:
        try:
            read = parse(self.text, language=self.language)
        except TextRefused as refused:
            self.problems.append(problem(refused.code, self.name, line=refused.line))
            return self
        self.problems += [_placed(each.code, self.name, each.place, each.detail) for each in read.problems]
        self.problems += [found for each in read.formulas if (found := self._refused(each)) is not None]
        self.figures = tuple(dict.fromkeys(each.name for each in read.figures))
        self.problems.sort(key=lambda each: each["offset"])
        return self

    def missing(self, known: Iterable[str]) -> None:
        """Note the figures that are not among those."""
        there = set(known)
        if set(self.figures) <= there:
            return
        read = parse(self.text, language=self.language)
        for each in read.figures:
            if each.name not in there:
                self.problems.append(_placed("figure", self.name, each.place, each.name))

    def _refused(self, formula: tree.Formula) -> Problem | None:
        try:
            self.formulas(formula, self.language)
        except Refusal as refusal:
            found = _placed("formula", self.name, formula.place, refusal.reason, length=len(formula.latex))
            start = _start_of(self.text, formula)
            position = min(int(refusal.facts.get("position") or 0), len(formula.latex))
            return {
                **found,
                **_where(self.text, start + position),
                "formula": formula.latex,
                "start": start,
                "length": max(1, len(formula.latex) - position),
                "facts": refusal.facts,
            }
        return None


def check_operation(payload: dict[str, Any]) -> dict[str, Any]:
    """`{"texts": [{"name", "text", "language"}, …]}` gives `{"problems": [[…], …]}`, a list for each text."""
    formulas = Formulas()
    checks = [
        Check(each["name"], _lines(each["text"]), each["language"], formulas).run()
        for each in payload["texts"]
    ]
    return {"problems": [check.problems for check in checks]}


def review_operation(payload: dict[str, Any]) -> dict[str, Any]:
    """`{"sheet": Sheet.as_payload() of one part, "pages": n}`: printed as far as it can be, whatever is wrong with it.

    Gives `problems`, `html`, `pdf` in base64, `page_count` and up to n `pages` as PNG in base64; the last three are
    empty where Typst refuses. Formulas that cannot be set stand as they were written, missing figures as a cross.
    """
    sheet = sheet_of(payload["sheet"])
    [section] = sheet.sections
    [part] = section.parts
    part = replace(part, body=_lines(part.body), answer=_lines(part.answer))
    formulas = Formulas()
    checks = [Check(name, getattr(part, name), part.language, formulas).run() for name in ("body", "answer")]
    for check in checks:
        check.missing(sheet.images)
    problems = [each for check in checks for each in check.problems]
    if any(each["code"] in ("length", "depth") for each in problems):
        return {"problems": problems, "html": "", "pdf": "", "page_count": 0, "pages": []}
    named = {name for check in checks for name in check.figures}
    images = {**dict.fromkeys(named, MISSING), **sheet.images}
    mended = {check.name: _with_words(check) for check in checks}
    answer = _printed(
        replace(sheet, images=images), section, replace(part, **mended), int(payload["pages"]), part
    )
    return {**answer, "problems": problems + answer["problems"]}


def _with_words(check: Check) -> str:
    """The text with something where an alternative text is missing, without which there is no PDF."""
    text = check.text
    for each in sorted((each["offset"] for each in check.problems if each["code"] == "alt"), reverse=True):
        text = f"{text[: each + 2]}?{text[each + 2 :]}"
    return text


def _printed(sheet: Sheet, section: Section, part: Part, pages: int, written: Part) -> dict[str, Any]:
    """Both forms, once the characters that no font has are replaced; `written` is the part that places are in."""
    problems: list[Problem] = []
    for _attempt in range(MAX_GLYPHS):
        printing = Printing(replace(sheet, sections=(replace(section, parts=(part,)),)))
        printing.formulas = Tolerant()
        html = printing.html()
        try:
            rendered, images = printing.with_pages(pages)
        except SheetRefused as refused:
            character = str(refused.facts.get("characters") or "")[:1]
            found = _glyphs(written, character) if refused.code == "glyph" else []
            if not found:
                problems.append(problem("engine", "body", detail=refused.detail))
                break
            problems += found
            fields = ("title", "body", "answer", "source")
            part = replace(
                part, **{each: getattr(part, each).replace(character, REPLACEMENT) for each in fields}
            )
        else:
            pdf = base64.b64encode(rendered.pdf).decode()
            return {
                "problems": problems,
                "html": html,
                "pdf": pdf,
                "page_count": rendered.page_count,
                "pages": [base64.b64encode(image).decode() for image in images],
            }
    return {"problems": problems, "html": html, "pdf": "", "page_count": 0, "pages": []}


def _glyphs(part: Part, character: str) -> list[Problem]:
    """Where this character stands first in each field."""
    return [
        {**problem("glyph", name, detail=character, length=1), **_where(text, text.index(character))}
        for name in ("title", "body", "answer", "source")
        if character and character in (text := getattr(part, name))
    ]


def problem(
    code: str,
    name: str,
    *,
    line: int = 0,
    column: int = 0,
    offset: int = -1,
    detail: str = "",
    length: int = 0,
) -> Problem:
    """One that is known, in the one shape."""
    return {
        "code": code,
        "field": name,
        "line": line,
        "column": column,
        "offset": offset,
        "length": length,
        "detail": detail,
    }


def _placed(code: str, name: str, place: tree.Place, detail: str, *, length: int = 0) -> Problem:
    return problem(
        code,
        name,
        line=place.line,
        column=place.column,
        offset=place.offset,
        detail=detail,
        length=length or len(detail),
    )


def _start_of(text: str, formula: tree.Formula) -> int:
    """Where the LaTeX begins, after its dollar signs."""
    first = next(iter(formula.latex.strip("\n").splitlines()), "")
    found = text.find(first, formula.place.offset)
    return found if found >= 0 else formula.place.offset


def _where(text: str, offset: int) -> dict[str, int]:
    """The place of the character at this offset."""
    before = text[:offset]
    return {
        "line": before.count("\n") + 1,
        "column": offset - (before.rfind("\n") + 1) + 1,
        "offset": offset,
    }


def _lines(text: str) -> str:
    """With the line ends that places are counted by."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
