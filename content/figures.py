"""What a figure's file is: made harmless, or refused with words, before anything of it is kept."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .rendering.images import MAX_BYTES, MAX_SIDE, FigureRefused, clean_image

__all__ = ["MAX_BYTES", "FigureFile", "read_figure"]


@dataclass(frozen=True)
class FigureFile:
    """A file that may be kept. Width and height are in pixels."""

    media_type: str
    content: bytes
    width: int
    height: int

    def columns(self) -> dict[str, Any]:
        """What a `ContentFigure` stores of it."""
        return {
            "media_type": self.media_type,
            "data": base64.b64encode(self.content).decode(),
            "sha256": hashlib.sha256(self.content).hexdigest(),
            "width": self.width,
            "height": self.height,
        }


def read_figure(content: bytes) -> FigureFile:
    """The file as it may be kept. Raises ValidationError, in words, for any other than a harmless PNG or SVG."""
    try:
        found = clean_image(content)
    except FigureRefused as refusal:
        raise ValidationError(_words(refusal), code=f"figure_{refusal.code}") from refusal
    return FigureFile(found.media_type, found.content, found.width, found.height)


def _words(refusal: FigureRefused) -> str:
    """What is wrong with the file, and what to do."""
    name = {"name": refusal.facts.get("name", "")}
    if refusal.code == "size":
        return _("A figure's file is 1 MB at most.")
    if refusal.code == "dimensions":
        return _("A figure says how large it is, at most %(side)d pixels a side.") % {"side": MAX_SIDE}
    if refusal.code == "element":
        return _("A drawing is not to hold “%(name)s”: export it as plain SVG, texts as paths.") % name
    if refusal.code in ("attribute", "reference"):
        return _("A drawing is not to run or fetch anything, as “%(name)s” in this one does.") % name
    if refusal.code == "nesting":
        return _("This drawing holds too many parts within each other: simplify it.")
    return _("This is neither a PNG nor an SVG drawing, or the file is damaged.")
