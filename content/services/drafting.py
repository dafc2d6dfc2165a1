"""Making a document that nobody asked for: nothing is recorded, and no brick counts as seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from courses.models import Subject

from ..choices import Variant
from ..manifests import build_manifest, sheet_for
from ..models import ContentTemplate, DocumentRequest
from ..rendering.values import Rendered
from .generation import picked, render


@dataclass(frozen=True, slots=True)
class Draft:
    """Both copies by variant, and the manifest that they are made of."""

    manifest: dict[str, Any]
    copies: dict[str, Rendered]


def draft_document(
    *,
    template: ContentTemplate,
    subject: Subject,
    level: str,
    seed: int,
    rendered_at: datetime,
    criteria: dict[str, Any] | None = None,
) -> Draft:
    """Both copies of what this template takes from today's stock with this seed, printed as of that moment (aware).

    Raises ValidationError by field, NothingMatches, BrokenManifest, RenderFailed.
    """
    request = DocumentRequest(
        template=template, subject=subject, level=level, criteria=criteria or {}, seed=seed
    )
    request.full_clean(exclude=["requester"])
    manifest = build_manifest(request=request, selection=picked(request), rendered_at=rendered_at)
    copies = render(sheet_for(manifest, variant) for variant in Variant.values)
    return Draft(manifest, dict(zip(Variant.values, copies, strict=True)))
