"""What the stock has for a request, said before it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .models import ContentTemplate, DocumentRequest
from .request_words import relaxation_words, shortage_words
from .selectors.picking import pick

if TYPE_CHECKING:
    from accounts.models import StudentProfile
    from courses.models import Subject


@dataclass(frozen=True, slots=True)
class Offer:
    """How many bricks the document would have now of how many that its template wants; in words what would be
    missing, and what would be left of the criteria."""

    found: int
    wanted: int
    shortage: list[str]
    relaxed: list[str]


def offer_for(
    *,
    template: ContentTemplate,
    subject: Subject,
    level: str,
    criteria: dict[str, Any],
    seed: int | None = None,
    student: StudentProfile | None = None,
) -> Offer:
    """Nothing is written. What is missing is the same for every seed."""
    picked = pick(
        template=template, subject=subject, level=level, criteria=criteria, seed=seed or 0, student=student
    )
    manifest = {
        "template": {"slots": template.slots},
        "shortage": picked.shortage,
        "relaxed": picked.relaxed,
    }
    imagined = DocumentRequest(template=template, manifest=manifest)
    wanted = sum(slot["count"] for slot in template.slots)
    return Offer(len(picked.picks), wanted, shortage_words(imagined), relaxation_words(imagined))
