"""What a contained process can be asked to do: the name of the operation, and the function that does it.

Values in and out are JSON. What is refused is raised as a `refusals.Refusal`. The modules are imported once, by the
process that the others are forked from, so they must not start threads when they are imported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .checking import check_operation, review_operation
from .maths.operation import maths_operation
from .sheet import copies_operation, preview_operation, render_operation
from .warming import warm_up

Operation = Callable[[dict[str, Any]], dict[str, Any]]

OPERATIONS: dict[str, Operation] = {
    "render": render_operation,
    "copies": copies_operation,
    "preview": preview_operation,
    "check": check_operation,
    "review": review_operation,
    "maths": maths_operation,
}

# What may be made ready before the fork, so that each job finds it: compiled patterns, sources that were read.
# Never Typst: the pool of threads that it starts does not survive a fork.
WARM_UP: list[Callable[[], object]] = [warm_up]
