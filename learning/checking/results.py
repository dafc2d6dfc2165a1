"""What checking an answer gives."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Result:
    """Points to two places, None where a person has to tell; right, wrong, or None for neither; Markdown."""

    score: Decimal | None
    is_correct: bool | None
    feedback: str = ""


UNDECIDED = Result(score=None, is_correct=None)


@dataclass(frozen=True)
class Verdict:
    """The share of the points, 0…1, or None where a person has to tell; and what is said to the learner."""

    share: Fraction | None
    feedback: str = ""

    def in_points(self, max_points: int) -> Result:
        """The share in points. It is right when it is worth all of them, wrong when it is worth none."""
        assert self.share is not None
        score = rounded(self.share * max_points)
        is_correct = True if score == max_points else None if score else False
        return Result(score=score, is_correct=is_correct, feedback=self.feedback)


def rounded(value: Fraction) -> Decimal:
    """To two places, half up, in whole numbers: neither database nor binary fractions have a say."""
    hundredths = (200 * value.numerator + value.denominator) // (2 * value.denominator)
    return Decimal(hundredths).scaleb(-2)


def paragraphs(words: list[str]) -> str:
    """Each said once, in order, as paragraphs of Markdown."""
    return "\n\n".join(dict.fromkeys(words))
