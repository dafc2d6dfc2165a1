"""What who grades looks at: the queue, an answer with its question, and what was made of it before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from config.base.querysets import now_ms
from courses.models import Exercise

from ..models import ExerciseAttempt, Grade
from ..services.grading import CLAIM_LASTS

GRADE = "learning.add_grade"


@dataclass(frozen=True)
class QueueFilter:
    """Which part of the queue: of a course, waiting for so many days, claimed by nobody, by oneself or by others."""

    course: int | None = None
    days: int | None = None
    claimed: str = ""

    def applied(self, rows: Any, user: Any) -> Any:
        if self.course is not None:
            rows = rows.filter(exercise__lesson__course=self.course)
        if self.days is not None:
            rows = rows.filter(submitted_at__lte=now_ms() - timedelta(days=self.days))
        held = Q(claimed_by__isnull=False, claimed_at__gt=now_ms() - CLAIM_LASTS)
        if self.claimed == "nobody":
            rows = rows.exclude(held)
        elif self.claimed == "me":
            rows = rows.filter(held, claimed_by=user)
        elif self.claimed == "others":
            rows = rows.filter(held).exclude(claimed_by=user)
        return rows

    def query(self) -> dict[str, Any]:
        """What of it stands in an address."""
        return {name: value for name, value in vars(self).items() if value not in (None, "")}


@dataclass(frozen=True)
class Line:
    """A label and a text: Markdown where `is_markdown`, else to be shown as it was written."""

    label: str
    text: str
    is_markdown: bool = False


def gradable(user: Any) -> Any:
    """The submitted attempts that this person may grade: all for who grades everywhere, else those of their courses."""
    rows = ExerciseAttempt.objects.submitted()
    return rows if user.holds_everywhere(GRADE) else rows.instructed_by(user)


def regradable(user: Any) -> Any:
    """The exercises whose attempts this person may grade again; those in the trash too."""
    rows: Any = Exercise.all_objects.get_queryset()
    return rows if user.holds_everywhere(GRADE) else rows.taught_by(user)


def queue(user: Any, part: QueueFilter) -> Any:
    """What waits for this person, oldest first, with what a list shows of it."""
    rows = part.applied(ExerciseAttempt.objects.grading_queue(user), user)
    return rows.select_related("user", "exercise__lesson__course", "claimed_by")


def waiting_by_course(user: Any) -> list[tuple[int, str, int]]:
    """(course, its title, how many answers wait there), by title."""
    course = "exercise__lesson__course"
    rows = ExerciseAttempt.objects.grading_queue(user).order_by(f"{course}__title", course)
    return list(rows.values_list(course, f"{course}__title").annotate(number=Count("pk", distinct=True)))


def earlier_attempts(attempt: ExerciseAttempt, limit: int = 10) -> list[Any]:
    """The learner's other submitted attempts at the exercise, the newest first, each with its newest grade."""
    rows = ExerciseAttempt.objects.submitted().filter(user=attempt.user_id, exercise=attempt.exercise_id)
    found = list(rows.exclude(pk=attempt.pk).with_current_grade().order_by("-submitted_at", "-pk")[:limit])
    for each in found:
        each.lines = answer_lines(each)
    return found


def grades_of(attempt: ExerciseAttempt) -> list[Grade]:
    """The grades of an attempt, the newest, which counts, first."""
    return list(Grade.objects.filter(attempt=attempt).select_related("grader").order_by("-graded_at", "-id"))


def answer_lines(attempt: ExerciseAttempt) -> list[Line]:
    """What the learner answered, in words."""
    answer: dict[str, Any] = attempt.answer or {}
    if "selected" in answer:
        return _options(attempt, answer["selected"])
    if "blanks" in answer:
        return _blanks([[text] for text in answer["blanks"]])
    if "value" in answer:
        return [Line("", _("true") if answer["value"] else _("false"))]
    return [Line("", answer.get("text", ""))]


def key_lines(attempt: ExerciseAttempt) -> list[Line]:
    """The key as it was, in words; only for who may read it."""
    key = attempt.snapshot_key
    if "blanks" in key:
        return _blanks([blank["accepted"] for blank in key["blanks"]])
    if isinstance(key.get("correct"), bool):
        return [Line(_("Right answer"), _("true") if key["correct"] else _("false"))]
    if "correct" in key:
        return _options(attempt, key["correct"])
    found = [
        Line(_("Sample answer"), key.get("sample", ""), True),
        Line(_("Rubric"), key.get("rubric", ""), True),
        Line(_("Keywords"), ", ".join(key.get("keywords", ()))),
    ]
    return [line for line in found if line.text]


def _options(attempt: ExerciseAttempt, ids: list[str]) -> list[Line]:
    chosen = [option for option in attempt.snapshot_options if option["id"] in ids]
    return [Line(option["id"], option["text"], True) for option in chosen] or [Line("", _("nothing ticked"))]


def _blanks(texts: list[list[str]]) -> list[Line]:
    words = _("Blank %(number)d")
    return [
        Line(words % {"number": number}, _(" or ").join(accepted))
        for number, accepted in enumerate(texts, start=1)
    ]
