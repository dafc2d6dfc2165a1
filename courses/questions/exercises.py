"""What a question becomes: the fields of an exercise, or why it becomes none.

| question | exercise |
|---|---|
| multiple choice, one right answer and no weights | MULTIPLE_CHOICE, all or nothing |
| multiple choice with weights, or with several right answers of which one is to be chosen | with `weights` |
| true or false | TRUE_FALSE |
| short answer | CODE_COMPLETION with one blank; less than 100 % is `partial`, a `*` in the text a `pattern` |
| numerical, exact numbers only | the same, with a pattern for the other ways to write the number |
| essay | FREE_FORM; what is noted for graders is the `rubric` |
| all others | skipped |

Where one answer is to be chosen of several that count, what counts nothing gets the weight -1: it takes from whoever
ticks everything, and costs whoever ticks it alone no more than 0.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..choices import Difficulty
from ..models import Exercise
from . import model
from .markup import to_markdown
from .model import BadItem, Category, Question, Skipped, shorten
from .short_answers import has_words_for_patterns, numerical_key, short_key

#: The fields that a question file carries. Those of `BESIDE` have no place in the formats and are noted beside it.
FIELDS = (
    "title",
    "kind",
    "difficulty",
    "prompt",
    "options",
    "answer",
    "explanation",
    "points",
    "max_attempts",
)
BESIDE = ("difficulty", "points", "max_attempts")
_TYPES: dict[str, type | tuple[type, ...]] = {
    "options": list,
    "answer": dict,
    "points": int,
    "max_attempts": (int, type(None)),
}


#: What `courses.shapes` allows of anything, at most.
MOST_ANSWERS = 200


@dataclass(frozen=True)
class Draft:
    """An exercise to be: its fields, where it stands in the file, and what was lost on the way."""

    fields: dict[str, Any]
    line: int
    category: Category | None
    notes: tuple[Skipped, ...] = ()

    @property
    def kind_label(self) -> str:
        return str(Exercise.Kind(self.fields["kind"]).label)

    @property
    def label(self) -> str:
        return shorten(self.fields["title"] or self.fields["prompt"])


def draft(question: Question) -> Draft | Skipped:
    """The exercise that this question becomes, valid but for its lesson and position, or why it becomes none."""
    shown = shorten(question.title or question.stem.text)
    try:
        native, notes = _native(question)
        fields, outdated = _annotated(native, question.annotation)
        check(fields)
    except BadItem as error:
        return Skipped(question.line, question.kind, error.column, error.code, shown, str(error))
    except ValidationError as error:
        column, message = _first(error)
        return Skipped(question.line, question.kind, column, "invalid", shown, message)
    notes = [*notes, *(["outdated"] if outdated else []), *question.lost]
    made = tuple(
        Skipped(question.line, question.kind, "question", f"lost_{code}", shown, _loss(code))
        for code in notes
    )
    return Draft(fields, question.line, question.category, made)


def check(fields: dict[str, Any]) -> None:
    """ValidationError unless an exercise of these fields may be saved in any lesson."""
    exercise = Exercise(**fields)
    exercise.clean_fields(exclude={"lesson", "position"})
    exercise.clean()


def fields_of(exercise: Exercise) -> dict[str, Any]:
    return {name: getattr(exercise, name) for name in FIELDS}


def digest_of(fields: dict[str, Any]) -> str:
    """A short mark of what the formats hold themselves, by which a note knows whether its question was edited."""
    held = {name: value for name, value in fields.items() if name not in BESIDE}
    said = json.dumps(held, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def native_fields(question: Question) -> dict[str, Any]:
    """The fields as the question alone says them, whatever is noted beside it. BadItem when it becomes none."""
    return _native(question)[0]


def _native(question: Question) -> tuple[dict[str, Any], list[str]]:
    if len(question.choices) > MOST_ANSWERS:
        message = _("It has more than %(most)d answers.") % {"most": MOST_ANSWERS}
        raise BadItem(message, code="too_many_answers")
    kind, options, answer = _key(question)
    title = " ".join((question.title or "").split())
    notes = ["title"] if len(title) > 255 else []
    points, is_rounded = _points(question.points)
    if is_rounded:
        notes.append("points")
    if question.tags or question.id:
        notes.append("tags")
    if has_words_for_patterns(question):
        notes.append("patterns")
    fields = {
        "title": title[:255],
        "kind": str(kind),
        "difficulty": str(Difficulty.BEGINNER.value),
        "prompt": to_markdown(question.stem),
        "options": options,
        "answer": answer,
        "explanation": to_markdown(question.general_feedback),
        "points": points,
        "max_attempts": None,
    }
    return fields, notes


def _points(points: Decimal | None) -> tuple[int, bool]:
    if points is None:
        return 1, False
    whole = max(1, int(points.to_integral_value(ROUND_HALF_UP)))
    return whole, whole != points


def _key(question: Question) -> tuple[str, list[dict[str, str]], dict[str, Any]]:
    if question.kind == model.CHOICE:
        return Exercise.Kind.MULTIPLE_CHOICE, *_choice_key(question)
    if question.kind == model.TRUE_FALSE:
        said = {"true": to_markdown(question.true_feedback), "false": to_markdown(question.false_feedback)}
        feedback = {name: words for name, words in said.items() if words}
        answer = {"correct": question.is_true, **({"feedback": feedback} if feedback else {})}
        return Exercise.Kind.TRUE_FALSE, [], answer
    if question.kind == model.SHORT:
        return Exercise.Kind.CODE_COMPLETION, [], short_key(question)
    if question.kind == model.NUMERICAL:
        return Exercise.Kind.CODE_COMPLETION, [], numerical_key(question)
    if question.kind == model.ESSAY:
        rubric = to_markdown(question.grader_info)
        return Exercise.Kind.FREE_FORM, [], {"sample": "", **({"rubric": rubric} if rubric else {})}
    raise BadItem(_unsupported(question.kind), code="kind", column="type")


def option_ids(number: int) -> Iterator[str]:
    """a, b, … z, aa, ab, …"""
    letters = "abcdefghijklmnopqrstuvwxyz"
    for at in range(number):
        yield letters[at] if at < 26 else letters[at // 26 - 1] + letters[at % 26]


def _choice_key(question: Question) -> tuple[list[dict[str, str]], dict[str, Any]]:
    choices = dict(zip(option_ids(len(question.choices)), question.choices, strict=True))
    options = [{"id": each, "text": to_markdown(choice.text)} for each, choice in choices.items()]
    correct = [each for each, choice in choices.items() if choice.percent > 0]
    if not correct:
        raise BadItem(_("No answer is right."), code="no_right_answer", column="answers")
    answer: dict[str, Any] = {"correct": correct}
    percents = [choice.percent for choice in choices.values()]
    if sorted(percents, reverse=True) != [100, *[0] * (len(percents) - 1)]:
        nothing = Decimal(-100) if question.is_single else Decimal(0)
        answer["weights"] = {each: share_of(choice.percent or nothing) for each, choice in choices.items()}
    feedback = {each: to_markdown(choice.feedback) for each, choice in choices.items() if choice.feedback}
    return options, {**answer, **({"feedback": feedback} if feedback else {})}


def share_of(percent: Decimal) -> float:
    """Of a percentage; whole where it is, so that JSON says 1 and not 1.0 on every database."""
    share = percent / 100
    return int(share) if share == int(share) else float(share)


def _annotated(fields: dict[str, Any], noted: dict[str, Any] | None) -> tuple[dict[str, Any], bool]:
    """The fields with what is noted beside the question. What it notes of an edited question is out of date."""
    if not isinstance(noted, dict):
        return fields, False
    is_current = noted.get("of") == digest_of(fields)
    changed = dict(fields)
    outdated = False
    for name, value in noted.items():
        if name not in FIELDS or not _has_type(name, value):
            continue
        if is_current or name in BESIDE:
            changed[name] = value
        else:
            outdated = True
    return changed, outdated


def _has_type(name: str, value: Any) -> bool:
    return isinstance(value, _TYPES.get(name, str)) and not (
        isinstance(value, bool) and name in ("points", "max_attempts")
    )


def _first(error: ValidationError) -> tuple[str, str]:
    for column, messages in error.message_dict.items():
        return column, " ".join(messages)
    return "question", str(error)


def _unsupported(kind: str) -> str:
    words = {
        model.DESCRIPTION: _("A description asks nothing."),
        model.MATCHING: _("There is no exercise in which things are matched."),
        "cloze": _("There is no exercise with several kinds of answers within its text."),
    }
    return words.get(kind) or _("There is no exercise of the kind “%(kind)s”.") % {"kind": shorten(kind)}


def _loss(code: str) -> str:
    words = {
        "annotation": _("The note beside the question cannot be read; it was left out."),
        "outdated": _(
            "The question was edited since it was exported; what was noted beside it was left out."
        ),
        "title": _("The title was cut at 255 characters."),
        "points": _("The points are not a whole number of at least 1; they were rounded."),
        "tags": _("Its id and tags were left out."),
        "patterns": _(
            "What is said to answers with a * in them is kept with the exercise, and said to nobody."
        ),
        "responsetemplate": _("The text that the answer begins with was left out."),
        "overallfeedback": _("What is said to right, partly right and wrong answers was left out."),
        "hints": _("The hints were left out."),
        "attachments": _("Files cannot be handed in with the answer."),
        "wordlimit": _("The limits of the number of words were left out."),
    }
    return words[code]
