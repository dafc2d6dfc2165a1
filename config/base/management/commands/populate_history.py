"""`populate_history` is refused: see the message."""

from __future__ import annotations

from typing import Any, NoReturn

from django.core.management.base import CommandError
from simple_history.management.commands import populate_history


class Command(populate_history.Command):
    help = "Refused: it would invent records."

    def handle(self, *args: Any, **options: Any) -> NoReturn:
        raise CommandError(
            "Every row is recorded when it is written. Where records are missing, inventing them would hide the loss "
            "and begin in mid-count; check_data says what is missing."
        )
