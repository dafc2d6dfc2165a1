"""What cannot be rendered as it was written, said by whoever finds it."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """Something authored is refused: `reason` says why in English, for a log, `facts` (JSON values) where and what.

    Subclasses name the kind; across the border between the processes they become `RenderFailed("refused", …)` whose
    `facts` hold `kind` (the name of the subclass) and whatever was given here.
    """

    def __init__(self, reason: str, **facts: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts
