"""The first page: figures that each model's admin contributes, the trash, and who changed what lately."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One number on the dashboard; `url` leads to the rows behind it."""

    label: str
    value: int | str
    url: str = ""
    icon: str = ""
    hint: str = ""
