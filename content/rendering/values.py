"""What is rendered, and what comes of it: plain values that cross the border between two processes as JSON."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Image:
    """A figure's file: `media_type` is image/svg+xml or image/png, `data` the file in base64."""

    media_type: str
    data: str

    @property
    def content(self) -> bytes:
        """The file itself."""
        return base64.b64decode(self.data)


@dataclass(frozen=True, slots=True)
class Part:
    """A brick in a document. The student's copy is made of parts whose `answer` is empty: what is not there cannot
    leak."""

    title: str
    kind: str
    language: str
    body: str
    answer: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The bricks of one slot, under its title; an empty title is not printed."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One copy of a document, ready to be rendered.

    `variant` is STUDENT or TEACHER; `document_type` one of `content.choices.DocumentType`; `values` what the
    placeholders are filled with, in the order of `placeholders` (page and pages have none: the engine counts);
    `images` the figures by name; `rendered_at` a moment in ISO 8601 with its zone, the only clock there is.
    """

    variant: str
    document_type: str
    language: str
    title: str
    rendered_at: str
    sections: tuple[Section, ...]
    placeholders: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)

    def as_payload(self) -> dict[str, Any]:
        """As JSON values; `sheet_of` is the way back."""
        return asdict(self)


def sheet_of(payload: dict[str, Any]) -> Sheet:
    """The sheet that `as_payload` made this of. Raises TypeError or KeyError for anything else."""
    sections = tuple(
        Section(section["title"], tuple(Part(**part) for part in section["parts"]))
        for section in payload["sections"]
    )
    images = {name: Image(**image) for name, image in payload["images"].items()}
    placeholders = tuple(payload["placeholders"])
    return Sheet(**{**payload, "sections": sections, "images": images, "placeholders": placeholders})


@dataclass(frozen=True, slots=True)
class Rendered:
    """Both forms of one copy, and how many pages the PDF has."""

    html: str
    pdf: bytes
    page_count: int
