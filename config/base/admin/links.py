"""Ways from one row's page to another: an app above links its pages from the rows of an app below.

    link_from(Course, "admin:learning_class_progress", _("Progress of the class"), "learning.view_enrollment")

The view takes the row's key as its only argument. The link stands at the top of the row's page for whoever has the
right.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.urls import reverse


@dataclass(frozen=True)
class Link:
    """A link from a model's rows: the view's name, its words, the right that it needs."""

    view: str
    label: Any
    right: str


_links: dict[Any, list[Link]] = defaultdict(list)


def link_from(model: Any, view: str, label: Any, right: str) -> None:
    """Show this link on the pages of the model's rows. Twice is once."""
    link = Link(view, label, right)
    if all(each.view != view for each in _links[model]):
        _links[model].append(link)


def links_of(user: Any, row: Any) -> list[dict[str, str]]:
    """The links on this row's page, as `title` and `url`."""
    return [
        {"title": str(link.label), "url": reverse(link.view, args=[row.pk])}
        for link in _links.get(row._meta.model, ())
        if user.has_perm(link.right)
    ]
