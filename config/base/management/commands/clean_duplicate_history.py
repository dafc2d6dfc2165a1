"""`clean_duplicate_history` is refused: see the message."""

from __future__ import annotations

from typing import Any, NoReturn

from django.core.management.base import CommandError
from simple_history.management.commands import clean_duplicate_history


class Command(clean_duplicate_history.Command):
    help = "Refused: it would leave gaps in the history."

    def handle(self, *args: Any, **options: Any) -> NoReturn:
        raise CommandError(
            "A record that repeats the one before is a version of its own (another actor, a link, a secret that is "
            "not recorded); removing it would leave a gap. clean_old_history drops old records."
        )
