"""Bricks as files, with what they show."""

from __future__ import annotations

from typing import Any

from ..brick_files import write_zip
from ..models import ContentFigure
from ..rendering.markdown import TextRefused, images_of


def zip_of(bricks: Any) -> bytes:
    """A zip of these bricks' Markdown files, in the order of their slugs, and of the figures that they name."""
    rows = list(bricks.select_related("subject").order_by("slug"))
    names: set[str] = set()
    for brick in rows:
        for text in (brick.body, brick.answer):
            try:
                names.update(each.name for each in images_of(text))
            except TextRefused:
                continue  # what cannot be read names nothing
    figures = ContentFigure.objects.filter(name__in=sorted(names))
    return write_zip(rows, {figure.file_name: figure.content for figure in figures})
