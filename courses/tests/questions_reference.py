"""Questions said as the reference parser GIFT-grammar-PEG.js says them, so that its answers can be compared."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from courses.questions import model
from courses.questions.model import Category, Choice, Number, Question, Text

FILES = Path(settings.BASE_DIR) / "fixtures" / "questions"
TYPES = {
    model.CHOICE: "MC",
    model.TRUE_FALSE: "TF",
    model.SHORT: "Short",
    model.ESSAY: "Essay",
    model.NUMERICAL: "Numerical",
    model.MATCHING: "Matching",
    model.DESCRIPTION: "Description",
}


def as_reference(item: Question | Category) -> dict[str, Any]:
    if isinstance(item, Category):
        return {"type": "Category", "title": item.path}
    said: dict[str, Any] = {
        "type": TYPES[item.kind],
        "id": item.id,
        "tags": list(item.tags) or None,
        "title": item.title,
        "stem": _text(item.stem),
        "hasEmbeddedAnswers": item.is_embedded,
    }
    if item.kind != model.DESCRIPTION:
        said["globalFeedback"] = _text(item.general_feedback)
    if item.kind == model.TRUE_FALSE:
        said["isTrue"] = item.is_true
        said["trueFeedback"] = _text(item.true_feedback)
        said["falseFeedback"] = _text(item.false_feedback)
    if item.kind == model.MATCHING:
        said["matchPairs"] = [{"subquestion": _text(left), "subanswer": right} for left, right in item.pairs]
    if item.kind in (model.CHOICE, model.SHORT):
        said["choices"] = [_choice(choice, _text(choice.text)) for choice in item.choices]
    if item.kind == model.NUMERICAL:
        said["choices"] = _numbers(item.choices)
    return said


def _text(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"format": text.format, "text": text.text}


def _plain(number: Decimal | None) -> float | None:
    return None if number is None else float(number)


def _choice(choice: Choice, text: Any) -> dict[str, Any]:
    return {
        "isCorrect": choice.is_right,
        "weight": _plain(choice.weight),
        "text": text,
        "feedback": _text(choice.feedback),
    }


def _number(number: Number | None) -> dict[str, Any]:
    assert number is not None
    if number.is_range:
        return {"type": "high-low", "numberHigh": float(number.high), "numberLow": float(number.low)}
    if number.tolerance is None:
        return {"type": "simple", "number": float(number.low)}
    return {"type": "range", "number": float(number.middle), "range": float(number.tolerance)}


def _numbers(choices: tuple[Choice, ...]) -> Any:
    said = [_choice(choice, _number(choice.number)) for choice in choices]
    return said if len(said) > 1 else said[0]["text"]
