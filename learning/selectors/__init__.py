"""Reads that join what learners did with what there is to do."""

from .figures import figures
from .snapshots import current_snapshot, refresh

__all__ = ["current_snapshot", "figures", "refresh"]
