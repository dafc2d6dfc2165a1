"""Rendering documents again from what is stored of them, to see that the same bytes come out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from ..files import stored_pdf_sha256
from ..manifests import BrokenManifest, sheet_for
from ..models import GeneratedDocument
from ..rendering.contained import RenderFailed
from ..rendering.engines import engines
from .generation import render


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of rendering a document again.

    The fingerprints are those of today's bytes, empty when there are none. `engines`: {name: (then, now)} of what has
    another version than when the document was made; `problem`: in English, why nothing could be rendered.
    `damaged`: "html" and "pdf", where what is stored has not the fingerprint that it was made with.
    `is_erased`: the document was emptied with somebody's data, so there is nothing to compare with.
    """

    document_id: int
    html_matches: bool = False
    pdf_matches: bool = False
    html_sha256: str = ""
    pdf_sha256: str = ""
    engines: dict[str, tuple[str, str]] = field(default_factory=dict)
    problem: str = ""
    damaged: tuple[str, ...] = ()
    is_erased: bool = False

    @property
    def matches(self) -> bool:
        """Are both forms byte for byte what they were, as stored too, or is there nothing left to compare?"""
        return self.is_erased or (self.html_matches and self.pdf_matches and not self.damaged)


def replay_document(*, document: GeneratedDocument) -> Replay:
    """Render the document anew from its manifest and compare the fingerprints, and those of what is stored with them.

    Nothing is written.
    """
    if not document.html:
        return Replay(document.pk, is_erased=True)
    damaged = _damaged(document)
    changed = _changed_engines(document.manifest["engines"])
    try:
        (copy,) = render([sheet_for(document.manifest, document.variant)])
    except (BrokenManifest, RenderFailed) as error:
        return Replay(document.pk, engines=changed, problem=str(error), damaged=damaged)
    html_sha256 = hashlib.sha256(copy.html.encode()).hexdigest()
    pdf_sha256 = hashlib.sha256(copy.pdf).hexdigest()
    return Replay(
        document.pk,
        html_matches=html_sha256 == document.html_sha256,
        pdf_matches=pdf_sha256 == document.pdf_sha256,
        html_sha256=html_sha256,
        pdf_sha256=pdf_sha256,
        engines=changed,
        damaged=damaged,
    )


def _damaged(document: GeneratedDocument) -> tuple[str, ...]:
    """The stored forms that are not what was made; a file that is gone is one."""
    stored = {
        "html": (hashlib.sha256(document.html.encode()).hexdigest(), document.html_sha256),
        "pdf": (stored_pdf_sha256(document), document.pdf_sha256),
    }
    return tuple(form for form, (found, expected) in stored.items() if found != expected)


def _changed_engines(then: dict[str, str]) -> dict[str, tuple[str, str]]:
    now = engines()
    return {
        name: (then.get(name, ""), now.get(name, ""))
        for name in sorted(then.keys() | now.keys())
        if then.get(name) != now.get(name)
    }
