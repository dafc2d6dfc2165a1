"""What `demo` does beyond loading fixtures: steps that the apps add from their `AppConfig.ready`.

    @register("orders")
    def import_ratings(progress: Callable[[str], None]) -> str:
        if OrderLine.objects.exists():
            return "There are orders already."
        …
        return "1,000 ratings are orders of one bottle."

A step looks first whether it was done before, so that `demo` may be run again, and answers with a sentence for whoever
runs it. The steps run in the order in which they were added.
"""

from __future__ import annotations

from collections.abc import Callable

#: Given a function that tells what is going on, does its part and says what it did.
Step = Callable[[Callable[[str], None]], str]

_steps: dict[str, Step] = {}


def register(name: str) -> Callable[[Step], Step]:
    """Make `demo` run the decorated function."""

    def remember(step: Step) -> Step:
        _steps[name] = step
        return step

    return remember


def steps() -> dict[str, Step]:
    """Every step there is, by name."""
    return dict(_steps)
