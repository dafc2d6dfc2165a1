"""True or false: a boolean, and nothing that looks like one; the shape of the answer has refused the rest."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .results import Verdict


def judge(key: dict[str, Any], options: list[dict[str, str]], answer: dict[str, Any]) -> Verdict:
    value = answer["value"]
    words = key.get("feedback", {}).get("true" if value else "false", "")
    return Verdict(Fraction(value is key["correct"]), words)
