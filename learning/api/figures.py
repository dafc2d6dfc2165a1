"""Figures of progress, wherever the API shows them."""

from __future__ import annotations

from typing import Any

from ..selectors import bring_up_to_date


class FiguresOfNowMixin:
    """Snapshots are shown with what there is now: those that are out of date are counted all at once, and not stored.

    So they cannot be put in the order of their figures, of which the database knows the stored ones.
    """

    action: str

    def paginate_queryset(self, queryset: Any) -> Any:
        """The history of a row is paginated too, and holds no figures."""
        page: Any = super().paginate_queryset(queryset)  # type: ignore[misc]
        bring_up_to_date(page if self.action == "list" else [])
        return page

    def get_object(self) -> Any:
        snapshot: Any = super().get_object()  # type: ignore[misc]
        bring_up_to_date([snapshot])
        return snapshot
