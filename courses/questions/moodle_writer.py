"""Writes questions as Moodle XML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from . import model
from .gift_writer import plain
from .model import Category, Choice, Question, Text, shorten

_FORMATS = {"moodle": "moodle_auto_format", "plain": "plain_text"}
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_moodle(items: Iterable[Question | Category]) -> str:
    """The file. A character that XML cannot hold is written as �."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    for item in items:
        lines += _category(item) if isinstance(item, Category) else _question(item)
    return "\n".join([*lines, "</quiz>", ""])


def _safe(text: str) -> str:
    return escape(_ILLEGAL.sub("\ufffd", text), {"\r": "&#13;"})


def _category(category: Category) -> Iterator[str]:
    yield '  <question type="category">'
    yield f"    <category><text>{_safe(category.path)}</text></category>"
    yield f"    <idnumber>{_safe(category.idnumber)}</idnumber>"
    yield "  </question>"


def _question(question: Question) -> Iterator[str]:
    yield f"  <question type={quoteattr(question.kind)}>"
    name = question.title or shorten(question.stem.text, 60)
    yield f"    <name><text>{_safe(name)}</text></name>"
    yield f"    {_part('questiontext', question.stem)}"
    yield f"    {_part('generalfeedback', question.general_feedback)}"
    yield f"    <defaultgrade>{plain(question.points or Decimal(1))}</defaultgrade>"
    yield f"    <idnumber>{_safe(question.id or '')}</idnumber>"
    yield from (f"    {line}" for line in _answers(question))
    if question.tags:
        tags = "".join(f"<tag><text>{_safe(tag)}</text></tag>" for tag in question.tags)
        yield f"    <tags>{tags}</tags>"
    if question.annotation is not None:
        yield f"    <exercise>{_safe(json.dumps(question.annotation, ensure_ascii=True))}</exercise>"
    yield "  </question>"


def _part(tag: str, text: Text | None) -> str:
    form = text.format if text is not None else "markdown"
    words = _safe(text.text) if text is not None else ""
    return f'<{tag} format="{_FORMATS.get(form, form)}"><text>{words}</text></{tag}>'


def _answers(question: Question) -> Iterator[str]:
    if question.kind == model.CHOICE:
        yield f"<single>{'true' if question.is_single else 'false'}</single>"
        yield "<shuffleanswers>1</shuffleanswers>"
        yield "<answernumbering>abc</answernumbering>"
    if question.kind == model.SHORT:
        yield f"<usecase>{0 if question.ignores_case else 1}</usecase>"
    if question.kind == model.ESSAY:
        yield "<responseformat>editor</responseformat>"
        yield "<responserequired>1</responserequired>"
        yield "<responsefieldlines>10</responsefieldlines>"
        yield "<attachments>0</attachments>"
        yield _part("graderinfo", question.grader_info)
    if question.kind == model.TRUE_FALSE:
        for name, is_right, said in (
            ("true", question.is_true, question.true_feedback),
            ("false", not question.is_true, question.false_feedback),
        ):
            yield _answer(Text(name), Decimal(100 if is_right else 0), said)
    if question.kind == model.MATCHING:
        for left, right in question.pairs:
            answer = f"<answer><text>{_safe(right)}</text></answer></subquestion>"
            yield _part("subquestion", left).removesuffix("</subquestion>") + answer
    if question.kind in (model.CHOICE, model.SHORT):
        yield from (_answer(choice.text, choice.percent, choice.feedback) for choice in question.choices)
    if question.kind == model.NUMERICAL:
        yield from (_numerical(choice) for choice in question.choices)


def _answer(text: Text, percent: Decimal, feedback: Text | None, more: str = "") -> str:
    form = _FORMATS.get(text.format, text.format)
    said = f"{more}{_part('feedback', feedback)}"
    return (
        f'<answer fraction="{plain(percent)}" format="{form}"><text>{_safe(text.text)}</text>{said}</answer>'
    )


def _numerical(choice: Choice) -> str:
    number = choice.number
    if number is None:
        return _answer(Text("*"), choice.percent, choice.feedback)
    tolerance = f"<tolerance>{plain((number.high - number.low) / 2)}</tolerance>"
    return _answer(Text(plain(number.middle)), choice.percent, choice.feedback, tolerance)
