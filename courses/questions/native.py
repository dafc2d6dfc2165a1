"""The question that says of an exercise as much as any file format can, and the note beside it for the rest.

Whatever a format cannot hold (option ids, the difficulty, a pattern, several blanks, …) is noted beside the question
in JSON, where this project's readers find it and other programs find a comment or an element they do not know. What
has to be noted is not listed anywhere: the question is written and read back, and what differs is noted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.utils.translation import gettext as _

from . import exercises, model
from .model import BadItem, Choice, Question, Skipped, Text, shorten

#: Writes one question and reads it back.
Roundtrip = Callable[[Question], Any]

#: What another program grades by; when it differs from what the format holds, that is worth saying.
_GRADED = {"kind", "prompt", "options", "answer"}


def question_of(fields: dict[str, Any], roundtrip: Roundtrip) -> tuple[Question, Skipped | None]:
    """The question to write for these fields of an exercise, and what other programs will not see of it.

    BadItem when the format would lose something even with the note.
    """
    for native in (_native(fields), _essay(fields)):
        base = _read_back(native, roundtrip)
        if base is None:
            continue
        noted = {name: value for name, value in fields.items() if base[name] != value}
        question = native
        if noted:
            question = replace(native, annotation={"of": exercises.digest_of(base), **noted})
        back = exercises.draft(roundtrip(question))
        if isinstance(back, exercises.Draft) and back.fields == fields:
            return question, _unseen(fields, noted)
    raise BadItem(_("This format cannot hold it."), code="cannot_hold", column="question")


def _read_back(native: Question, roundtrip: Roundtrip) -> dict[str, Any] | None:
    read = roundtrip(native)
    if not isinstance(read, Question):
        return None
    try:
        return exercises.native_fields(read)
    except BadItem:
        return None


def _unseen(fields: dict[str, Any], noted: dict[str, Any]) -> Skipped | None:
    hidden = sorted(_GRADED & set(noted))
    if not hidden:
        return None
    message = _(
        "Other programs will not see all of it; what they lack is noted beside the question: %(parts)s."
    )
    shown = shorten(fields["title"] or fields["prompt"])
    parts = ", ".join(hidden)
    return Skipped(0, fields["kind"], hidden[0], "noted_beside", shown, message % {"parts": parts})


def _marked(text: str) -> Text:
    return Text(text, "markdown")


def _marked_or_none(text: str | None) -> Text | None:
    return _marked(text) if text else None


def _question(kind: str, fields: dict[str, Any], **more: Any) -> Question:
    return Question(
        kind,
        _marked(fields["prompt"]),
        title=fields["title"] or None,
        general_feedback=_marked_or_none(fields["explanation"]),
        points=Decimal(fields["points"]),
        **more,
    )


def _essay(fields: dict[str, Any]) -> Question:
    return _question(model.ESSAY, fields, grader_info=_marked_or_none(fields["answer"].get("rubric")))


def _native(fields: dict[str, Any]) -> Question:
    kind, answer = fields["kind"], fields["answer"]
    if kind == "TRUE_FALSE":
        feedback = answer.get("feedback", {})
        return _question(
            model.TRUE_FALSE,
            fields,
            is_true=answer["correct"],
            true_feedback=_marked_or_none(feedback.get("true")),
            false_feedback=_marked_or_none(feedback.get("false")),
        )
    if kind == "MULTIPLE_CHOICE":
        choices = tuple(_choices(fields["options"], answer))
        return _question(
            model.CHOICE, fields, choices=choices, is_single=any(choice.weight is None for choice in choices)
        )
    if kind == "CODE_COMPLETION" and len(answer["blanks"]) == 1:
        choices = tuple(_written(answer["blanks"][0]))
        return _question(model.SHORT, fields, choices=choices, ignores_case=answer.get("ignore_case", False))
    return _essay(fields)


def _choices(options: list[dict[str, str]], answer: dict[str, Any]) -> list[Choice]:
    feedback, correct = answer.get("feedback", {}), set(answer["correct"])
    is_plain = "weights" not in answer and len(correct) == 1
    shares = _shares(options, answer)
    return [
        Choice(
            _marked(option["text"]),
            option["id"] in correct,
            None if is_plain else shares[option["id"]],
            _marked_or_none(feedback.get(option["id"])),
        )
        for option in options
    ]


def _shares(options: list[dict[str, str]], answer: dict[str, Any]) -> dict[str, Decimal]:
    """What each option is worth in percent; what comes nearest to it where all or nothing is asked for."""
    weights = answer.get("weights")
    if weights is not None:
        return {option["id"]: Decimal(str(weights.get(option["id"], 0))) * 100 for option in options}
    correct = set(answer["correct"])
    right = (Decimal(100) / len(correct)).quantize(Decimal("0.00001"), ROUND_DOWN)
    wrong = -right if answer.get("scoring") == "PARTIAL" else Decimal(-100)
    return {option["id"]: right if option["id"] in correct else wrong for option in options}


def _written(blank: dict[str, Any]) -> list[Choice]:
    """Each text of the blank once: what is accepted, what is partly right, and what only has a feedback."""
    words = {each["text"]: each["words"] for each in blank.get("feedback", ())}
    weights = dict.fromkeys(blank["accepted"])
    shares = {each["text"]: Decimal(str(each["weight"])) * 100 for each in blank.get("partial", ())}
    choices = [
        Choice(_marked(_starred(text)), True, weight, _marked_or_none(words.pop(text, None)))
        for text, weight in {**shares, **weights}.items()
    ]
    choices.sort(key=lambda choice: choice.weight is not None)
    return choices + [
        Choice(_marked(text), False, Decimal(0), _marked_or_none(said)) for text, said in words.items()
    ]


def _starred(text: str) -> str:
    return text.replace("*", "\\*")
