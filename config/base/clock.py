"""The time as it is stored."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone


def now_ms() -> datetime:
    """Now, in whole milliseconds: JSON drops the rest, and a dump loaded back would differ."""
    now = timezone.now()
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
