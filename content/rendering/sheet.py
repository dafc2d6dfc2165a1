"""One copy of a document, in both forms: the same sheet gives the same bytes, whenever and wherever."""

from __future__ import annotations

import base64
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from .formulas import Formulas
from .html import HtmlWriter
from .outline import Outline, SheetRefused, outline_of
from .refusals import Refusal
from .typst_writer import TypstWriter
from .values import Rendered, Sheet, sheet_of

STANDARDS: list[Any] = ["ua-1", "a-3a"]
PREVIEW_PAGES = 10
PREVIEW_PPI = 96.0
FONTS = Path(__file__).with_name("fonts")
#: The first object of a PDF by Typst, before anything that somebody wrote.
PAGES = re.compile(rb"/Type/Pages/Count (\d+)")
#: No font has it, or the standards forbid it: private use, marks of byte order.
UNDISPLAYED = re.compile(r'the text `"(.*)"` could not be displayed|codepoint `"(.*)"`', re.DOTALL)
ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
UNDRAWN = re.compile(r"failed to (parse SVG|decode image|load linked image)|missing alt text")


def render(sheet: Sheet) -> Rendered:
    """HTML and PDF. Raises SheetRefused."""
    return Printing(sheet).rendered()


class Printing:
    """A sheet at the printer's: parsed once, compiled by one engine."""

    def __init__(self, sheet: Sheet) -> None:
        self.outline: Outline = outline_of(sheet)
        self.formulas = Formulas()

    def html(self) -> str:
        self.convert()
        return HtmlWriter(self.outline, self.formulas).write()

    def source(self) -> str:
        """The program for Typst."""
        self.convert()
        return TypstWriter(self.outline, self.formulas).write()

    def convert(self) -> None:
        """Convert every formula, while it is known where each stands."""
        for brick in (brick for group in self.outline.groups for brick in group.bricks):
            for name, text in (("body", brick.body), ("answer", brick.answer)):
                for formula in text.formulas if text else ():
                    try:
                        self.formulas(formula, brick.part.language)
                    except Refusal as refused:
                        raise SheetRefused(
                            "formula",
                            refused.reason,
                            part=brick.part.title,
                            field=name,
                            line=formula.place.line,
                            column=formula.place.column,
                            formula=formula.latex,
                            why=refused.facts,
                        ) from refused

    def rendered(self) -> Rendered:
        rendered, _ = self.with_pages(0)
        return rendered

    def with_pages(self, count: int) -> tuple[Rendered, list[bytes]]:
        """Both forms, and the first `count` pages as PNG."""
        html, source = self.html(), self.source().encode()
        moment = datetime.fromisoformat(self.outline.sheet.rendered_at)
        engine = compiler(source)
        try:
            pdf = pdf_by(engine, moment)
            images = engine.compile(source, format="png", ppi=PREVIEW_PPI, timestamp=moment) if count else []
        except typst.TypstError as error:
            raise refusal(error, self.outline.sheet) from error
        counted = PAGES.search(pdf)
        assert counted is not None
        images = [images] if isinstance(images, bytes) else images or []
        return Rendered(html=html, pdf=pdf, page_count=int(counted[1])), images[:count]


def compiler(source: bytes) -> typst.Compiler:
    """The engine for this program, which opens no file; what it could reach are the fonts that it has anyway."""
    return typst.Compiler(
        input=source,
        root=FONTS,
        font_paths=fonts(),
        ignore_system_fonts=True,
        package_path=FONTS,
        package_cache_path=FONTS,
    )


def pdf_by(engine: typst.Compiler, moment: datetime) -> bytes:
    """The PDF as of this moment (aware). Raises typst.TypstError."""
    pdf = engine.compile(format="pdf", timestamp=moment, pdf_standards=STANDARDS)
    assert isinstance(pdf, bytes)
    return pdf


@cache
def fonts() -> typst.Fonts:
    """The fonts of the documents; those of the system are ignored."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])


def refusal(error: typst.TypstError, sheet: Sheet) -> SheetRefused:
    """What Typst complains of, as a refusal that says what to change, and where it is found first."""
    undisplayed = UNDISPLAYED.search(error.message)
    if UNDRAWN.search(error.message):
        return SheetRefused("figure", error.message)
    if not undisplayed:
        return SheetRefused("engine", error.message)
    characters = ESCAPE.sub(lambda sign: chr(int(sign[1], 16)), undisplayed[1] or undisplayed[2])
    for part in (part for section in sheet.sections for part in section.parts):
        for name in ("title", "body", "answer", "source"):
            before, found, _ = getattr(part, name).partition(characters)
            if found:
                line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
                place = {"part": part.title, "field": name, "line": line, "column": column}
                return SheetRefused("glyph", error.message, characters=characters, **place)
    return SheetRefused("glyph", error.message, characters=characters)


def render_operation(payload: dict[str, Any]) -> dict[str, Any]:
    """`payload` is `Sheet.as_payload()`; gives `html`, `pdf` in base64 and `page_count`."""
    return _payload(render(sheet_of(payload)))


def copies_operation(payload: dict[str, Any]) -> dict[str, Any]:
    """`payload` has `sheets`, the copies of one document; gives `copies`, each as `render_operation` does.

    What several have in common is parsed, converted and laid out once: both copies take three quarters of the
    processor time that they take apart. The bytes are the same.
    """
    return {"copies": [_payload(render(sheet_of(sheet))) for sheet in payload["sheets"]]}


def preview_operation(payload: dict[str, Any]) -> dict[str, Any]:
    """The same, with `pages`: the first of them as PNG in base64."""
    rendered, pages = Printing(sheet_of(payload)).with_pages(PREVIEW_PAGES)
    return {**_payload(rendered), "pages": [base64.b64encode(page).decode() for page in pages]}


def _payload(rendered: Rendered) -> dict[str, Any]:
    pdf = base64.b64encode(rendered.pdf).decode()
    return {"html": rendered.html, "pdf": pdf, "page_count": rendered.page_count}
