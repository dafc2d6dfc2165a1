"""What is wrong with a brick, in words and with the place, for whoever writes it.

The texts are read in a process of its own (`content.rendering.checking`); here its findings get their words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .failures import describe
from .formula_words import refusal_words
from .rendering.contained import RenderFailed, run
from .rendering.values import Image, Part, Section, Sheet

#: What a text is refused for when it is saved, draft or not.
REFUSED_ON_SAVE = frozenset({"formula", "length", "depth"})
#: What is said of a text and does not keep it from being published.
WARNINGS = frozenset({"dollar", "html", "no_answer"})
#: The day on a preview: any will do, the same bytes follow.
PREVIEW_DAY = "2026-01-01T00:00:00+00:00"

#: How many characters are read in one go.
BATCH = 300_000

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BrickProblem:
    """One thing to mend. `line` and `column` count from 1, `offset` and `length` are in characters; 0, 0, -1 and 0
    where it is about the whole. `message` is in the language of whoever asks, with the place in it; `words` are the
    same without it."""

    code: str
    field: str
    message: str
    line: int = 0
    column: int = 0
    offset: int = -1
    length: int = 0
    words: str = ""

    @property
    def is_warning(self) -> bool:
        """Is it said only?"""
        return self.code in WARNINGS

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "is_warning": self.is_warning}


class TextError(ValidationError):
    """A problem that a text is refused for, as a field's error which still knows its place."""

    def __init__(self, problem: BrickProblem) -> None:
        super().__init__(problem.message, code=problem.code)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Review:
    """A brick printed alone, as far as it can be, and what is wrong with it. `pdf` and `pages` (PNG) are in base64."""

    problems: tuple[BrickProblem, ...]
    html: str
    pdf: str
    page_count: int
    pages: tuple[str, ...]

    @property
    def errors(self) -> tuple[BrickProblem, ...]:
        """What keeps the brick from being published."""
        return tuple(each for each in self.problems if not each.is_warning)


def problems_on_save(texts: Texts, *, language: str) -> list[BrickProblem]:
    """What these texts are refused for, by name of their field: formulas that cannot be set."""
    return problems_of_many([texts], language=language)[0]


def problems_of_many(bricks: Iterable[Texts], *, language: str) -> list[list[BrickProblem]]:
    """The same for the texts of many bricks, read in one go, or a few."""
    every = list(bricks)
    found: list[list[BrickProblem]] = [[] for _brick in every]
    with_formulas = [
        (number, {k: v for k, v in texts.items() if "$" in v}) for number, texts in enumerate(every)
    ]
    for batch in _batches([(number, texts) for number, texts in with_formulas if texts]):
        for (number, _texts), problems in zip(batch, _checked(batch, language), strict=True):
            found[number] = problems
    return found


def _batches(numbered: list[tuple[int, dict[str, str]]]) -> Iterator[list[tuple[int, dict[str, str]]]]:
    """What is read in one go."""
    batch: list[tuple[int, dict[str, str]]] = []
    size = 0
    for number, texts in numbered:
        length = sum(map(len, texts.values()))
        if batch and size + length > BATCH:
            yield batch
            batch, size = [], 0
        batch.append((number, texts))
        size += length
    if batch:
        yield batch


def _checked(batch: list[tuple[int, dict[str, str]]], language: str) -> list[list[BrickProblem]]:
    texts = [
        {"name": name, "text": text, "language": language}
        for _number, each in batch
        for name, text in each.items()
    ]
    try:
        answers = iter(run("check", {"texts": texts})["problems"])
    except RenderFailed as failure:
        if len(batch) == 1:
            return [[BrickProblem(f"render_{failure.code}", texts[0]["name"], describe(failure))]]
        return [_checked([each], language)[0] for each in batch]  # one of them is to blame
    return [
        [_told(problem) for _name in each for problem in next(answers) if problem["code"] in REFUSED_ON_SAVE]
        for _number, each in batch
    ]


def review(
    *,
    title: str,
    kind: str,
    language: str,
    body: str,
    answer: str,
    source: str,
    images: Mapping[str, Image],
    pages: int = 0,
) -> Review:
    """A brick as it would be printed alone in the teacher's copy, `images` being the figures that there are.

    Raises RenderFailed where it takes too much: time, memory, size, crash.
    """
    sheet = Sheet(
        variant="TEACHER",
        document_type="WORKSHEET",
        language=language,
        title=title,
        rendered_at=PREVIEW_DAY,
        sections=(Section("", (Part(title, kind, language, body, answer, source),)),),
        images=dict(images),
    )
    found = run("review", {"sheet": sheet.as_payload(), "pages": pages})
    problems = [_told(each) for each in found["problems"]]
    if kind == "EXERCISE" and not answer.strip():
        words = _("This exercise has no answer: the teacher's copy will show none.")
        problems.append(BrickProblem("no_answer", "answer", words))
    order = {"title": 0, "body": 1, "answer": 2, "source": 3}
    problems.sort(key=lambda each: (each.is_warning, order.get(each.field, 4), each.offset))
    return Review(tuple(problems), found["html"], found["pdf"], found["page_count"], tuple(found["pages"]))


def _told(found: Mapping[str, Any]) -> BrickProblem:
    code, line, column = found["code"], found["line"], found["column"]
    words = _words(code, found)
    message = words
    if line and column:
        message = _("Line %(line)d, column %(column)d: %(words)s") % {
            "line": line,
            "column": column,
            "words": words,
        }
    elif line:
        message = _("Line %(line)d: %(words)s") % {"line": line, "words": words}
    return BrickProblem(code, found["field"], message, line, column, found["offset"], found["length"], words)


def _words(code: str, found: Mapping[str, Any]) -> str:
    """What is wrong, and what to do about it."""
    detail = str(found["detail"])
    shown = detail if len(detail) <= 60 else f"{detail[:60]}…"
    told = {
        "formula": _("the formula %(formula)s cannot be typeset (%(reason)s)."),
        "dollar": _("a $ that begins no formula. Write \\$ for the sign itself."),
        "image": _(
            "figures are written figure:name; “%(detail)s” is none. Upload the drawing, then name it."
        ),
        "alt": _(
            "the figure “%(detail)s” has no words for who cannot see it: write them between the brackets."
        ),
        "link": _("the link leads to “%(detail)s”. Only http, https and mailto are opened."),
        "html": _("HTML is printed as it stands: write Markdown instead."),
        "figure": _("there is no figure “%(detail)s”. Upload it, or correct its name."),
        "glyph": _("the character “%(detail)s” is in no font of the documents. Replace it."),
        "length": _("the text is too long. Split the brick."),
        "depth": _("lists, quotes and emphasis are nested too deeply. Flatten them."),
    }
    words = told.get(code, _("it cannot be typeset as it is written. Correct it in the brick."))
    formula = str(found.get("formula", ""))
    formula = formula if len(formula) <= 60 else f"{formula[:60]}…"
    return words % {"detail": shown, "formula": f"${formula}$", "reason": _reason(found)}


def _reason(found: Mapping[str, Any]) -> str:
    """Why a formula is refused, in the language of whoever asks."""
    facts = found.get("facts") or {}
    return refusal_words(str(facts.get("code")), str(facts.get("detail") or ""))
