"""Sheets with something hostile in every field that somebody writes, and what must hold of what comes of them."""

from __future__ import annotations

import base64
import re
from typing import Any

from content.rendering.contained import RenderFailed, run
from content.rendering.values import Image, Part, Section, Sheet

from .inspecting import Page, Pdf, Trap, letters

#: Printed as they are. Each in the HTML once, the title twice; the title of a brick may be cut nowhere either.
PLAIN = ("title", "section", "brick", "source", "subject", "student", "teacher")
#: Markdown. In the last the payload stands as a listing, and so must come out as it is.
TEXTS = ("body", "answer", "alt", "listing")
HARMLESS = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9' viewBox='0 0 9 9'><path d='M0 0h9v9z'/></svg>"
PLACEHOLDERS = (
    *("title", "subject", "level", "student_name", "teacher_name"),
    *("date", "duration", "seed", "page", "pages"),
)
#: How a hostile text may fail: with its reason, never by a crash.
REASONS = {"refused", "time", "memory", "size"}
BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def image(content: str, media_type: str = "image/svg+xml") -> Image:
    return Image(media_type, base64.b64encode(content.encode(errors="replace")).decode())


def listing(payload: str) -> str:
    """As Markdown that shows it as it is: a fence longer than any within."""
    longest = max((len(found) for found in re.findall("~+", payload)), default=0)
    fence = "~" * (longest + 3)
    return f"{fence}\n{payload}\n{fence}\n"


def sheet(payload: str, fields: tuple[str, ...] = (*PLAIN, *TEXTS), drawing: str = HARMLESS) -> Sheet:
    """The payload in these fields, something harmless in the others."""

    def given(field: str, harmless: str = "x") -> str:
        return payload if field in fields else harmless

    alt = re.sub(r"[\[\]\\\n]", "", given("alt"))
    parts = (
        Part(given("brick"), "EXERCISE", "fr", given("body"), given("answer"), given("source")),
        Part("x", "THEORY", "fr", f"![{alt}](figure:drawing)\n\n{listing(given('listing'))}"),
    )
    values = {
        "title": given("title"),
        "subject": given("subject"),
        "level": "SIXTH",
        "student_name": given("student"),
    }
    values |= {"teacher_name": given("teacher"), "date": "2026-01-02", "duration": "10", "seed": "5"}
    return Sheet(
        variant="TEACHER",
        document_type="WORKSHEET",
        language="fr",
        title=given("title"),
        rendered_at="2026-01-02T00:00:00+00:00",
        sections=(Section(given("section"), parts),),
        placeholders=PLACEHOLDERS,
        values=values,
        images={"drawing": image(drawing)},
    )


def rendered(sheet: Sheet) -> dict[str, Any] | None:
    """What the worker made of it; None when it refused, with a reason."""
    try:
        return run("render", sheet.as_payload())
    except RenderFailed as failure:
        if failure.code not in REASONS or failure.facts.get("code") == "engine":
            raise  # a crash, or a program that does not compile: something got through
        return None


def check(answer: dict[str, Any], trap: Trap) -> tuple[Page, Pdf]:
    """Nothing was read, called, or put there to run."""
    page, pdf = Page(answer["html"]), Pdf(base64.b64decode(answer["pdf"]))
    assert page.wrong == []
    assert pdf.wrong == []
    assert trap.secret not in answer["html"]
    assert not pdf.holds(trap.secret)
    assert not trap.was_called()
    return page, pdf


def check_literal(payload: str, page: Page, pdf: Pdf, *, times: int) -> None:
    """The payload is there to be read, at least so many times, in both."""
    wanted = letters(payload)[:300]  # the page may turn within a longer one
    assert letters(page.text).count(wanted) >= times
    if not BIDI.search(payload):  # the PDF's text is in the order that is seen
        assert letters(pdf.text).count(wanted) >= times
