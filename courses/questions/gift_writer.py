"""Writes questions as GIFT, in the order and under the headings that Moodle writes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal

from . import model
from .gift_text import escape
from .model import Category, Choice, Number, Question, Text


def write_gift(items: Iterable[Question | Category]) -> str:
    """The file. Texts stand on one line each, so that nothing in them can be taken for another question."""
    blocks = [
        _category(item) if isinstance(item, Category) else _question(item, number)
        for number, item in enumerate(items, 1)
    ]
    return "\n".join(blocks)


def _category(category: Category) -> str:
    known = f"// [id:{category.idnumber}]\n" if category.idnumber else ""
    return f"{known}$CATEGORY: {escape(category.path)}\n"


def _question(question: Question, number: int) -> str:
    name = " ".join((question.title or "").split()).replace("[", "(").replace("]", ")")
    lines = [f"// question: {number}  name: {name}".rstrip()]
    if question.id:
        lines.append(f"// [id:{question.id}]")
    lines += [f"// [tag:{tag}]" for tag in question.tags]
    if question.annotation is not None:
        lines.append(f"// [exercise:{json.dumps(question.annotation, ensure_ascii=True)}]")
    title = f"::{escape(question.title)}::" if question.title else ""
    stem = f"{title}{_text(question.stem, 'moodle')}"
    if question.kind == model.DESCRIPTION:
        return "\n".join([*lines, stem, ""])
    answers = _answers(question)
    general = question.general_feedback
    if general is not None:
        answers = f"{answers}\n\t####{_text(general, question.stem.format)}"
    end = "\n}" if "\n" in answers else "}"
    return "\n".join([*lines, f"{stem}{{{answers}{end}", ""])


def _text(text: Text, default: str) -> str:
    """A mark of its own where the format is not the question's, or where the text looks as if it began with one."""
    is_marked = text.format != default or text.text[:1] in ("[", "%", " ", "\n")
    return f"{f'[{text.format}]' if is_marked else ''}{escape(text.text)}"


def _answers(question: Question) -> str:
    form = question.stem.format
    if question.kind == model.ESSAY:
        return ""
    if question.kind == model.TRUE_FALSE:
        return _true_false(question, form)
    if question.kind == model.MATCHING:
        return "".join(f"\n\t={_text(left, form)} -> {escape(right)}" for left, right in question.pairs)
    if question.kind == model.NUMERICAL:
        return "#" + "".join(_choice(each, "=", _number(each.number), form) for each in question.choices)
    is_chosen = question.kind == model.CHOICE
    return "".join(
        _choice(each, _sign(each) if is_chosen else "=", _text(each.text, form), form)
        for each in question.choices
    )


def _true_false(question: Question, form: str) -> str:
    """The wrong answer's feedback first, as Moodle reads it; the heading says so to our reader."""
    said = [question.false_feedback, question.true_feedback]
    if not question.is_true:
        said.reverse()
    words = [f"#{_text(each, form)}" if each is not None else "#" for each in said]
    while words and words[-1] == "#":
        words.pop()
    return ("TRUE" if question.is_true else "FALSE") + "".join(words)


def _sign(choice: Choice) -> str:
    return "=" if choice.is_right and choice.weight is None else "~"


def _choice(choice: Choice, sign: str, text: str, form: str) -> str:
    weight = "" if choice.weight is None else f"%{plain(choice.weight)}%"
    feedback = f"#{_text(choice.feedback, form)}" if choice.feedback is not None else ""
    return f"\n\t{sign}{weight}{text}{feedback}"


def _number(number: Number | None) -> str:
    if number is None:
        return "*"
    if number.is_range:
        return f"{plain(number.low)}..{plain(number.high)}"
    if number.tolerance is None:
        return plain(number.low)
    return f"{plain(number.middle)}:{plain(number.tolerance)}"


def plain(number: Decimal) -> str:
    """Without an exponent or useless zeros."""
    return f"{number.normalize():f}" if number else "0"
