"""The figures that texts name, ready to be rendered."""

from __future__ import annotations

from collections.abc import Iterable

from ..models import ContentFigure
from ..rendering.values import Image


def images_for(names: Iterable[str]) -> dict[str, Image]:
    """{name: file} of the figures of these names; a name that no figure ever had is left out.

    Those in the trash too: what was published with them still renders.
    """
    figures = ContentFigure.all_objects.filter(name__in=sorted(set(names))).order_by("name")
    rows = figures.values_list("name", "media_type", "data")
    return {name: Image(media_type, data) for name, media_type, data in rows}


def fingerprints_for(names: Iterable[str]) -> dict[str, str]:
    """{name: SHA-256 of its file}, of the same figures: what a manifest keeps of them."""
    figures = ContentFigure.all_objects.filter(name__in=sorted(set(names))).order_by("name")
    return dict(figures.values_list("name", "sha256"))
