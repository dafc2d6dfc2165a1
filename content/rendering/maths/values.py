"""What comes of a formula, and why one is refused."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from content.rendering.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in each form that is needed: `mathml` one element for HTML, `typst` one expression for after a `#`,
    `words` what is read aloud."""

    mathml: str
    typst: str
    words: str

    def as_payload(self) -> dict[str, str]:
        return asdict(self)


class FormulaRefused(Refusal):
    """It cannot be rendered as it was written.

    `position` counts characters of the formula from 0. `code` is one of: long, character, command (not known, or not
    allowed), syntax, expansion (macros without end), time, memory, unsupported, dimension, colour, size, typst.
    `detail` says what exactly, in English.
    """

    def __init__(self, code: str, detail: str = "", position: int = 0) -> None:
        super().__init__(f"{code}: {detail}" if detail else code, code=code, detail=detail, position=position)
        self.code = code
        self.detail = detail
        self.position = position

    def as_payload(self) -> dict[str, str | int]:
        return {"position": self.position, "reason": self.code, "detail": self.detail}
