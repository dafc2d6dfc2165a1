"""Multiple choice: sets of stable ids."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .results import Verdict, paragraphs


def judge(key: dict[str, Any], options: list[dict[str, str]], answer: dict[str, Any]) -> Verdict:
    """All or nothing by default; (right - wrong) / all that are right, or the sum of the weights, both within 0…1.

    So ticking nothing and ticking everything gain nothing where wrong ones are among the options.
    """
    ticked, right = set(answer["selected"]), set(key["correct"])
    said = key.get("feedback", {})
    words = [said[option["id"]] for option in options if option["id"] in ticked & set(said)]
    return Verdict(_share(key, ticked, right), paragraphs(words))


def _share(key: dict[str, Any], ticked: set[str], right: set[str]) -> Fraction:
    if "weights" in key:
        weights = key["weights"]
        total = sum((Fraction(str(weights[each])) for each in ticked if each in weights), Fraction(0))
        return min(max(total, Fraction(0)), Fraction(1))
    if key.get("scoring") == "PARTIAL":
        return Fraction(max(0, len(ticked & right) - len(ticked - right)), len(right))
    return Fraction(ticked == right)
