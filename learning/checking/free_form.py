"""Free form: a person reads it."""

from __future__ import annotations

from typing import Any

from .results import Verdict


def judge(key: dict[str, Any], options: list[dict[str, str]], answer: dict[str, Any]) -> Verdict:
    return Verdict(None)
