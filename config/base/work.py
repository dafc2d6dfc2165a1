"""Tasks of the background: what they are called where people read of them, and what the list of them tells.

Each app names its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

logger = logging.getLogger(__name__)

_NAMES: dict[str, Any] = {}


def name_tasks(names: Mapping[str, Any]) -> None:
    """{path of the task's module and function: what it is called, lazily translated}."""
    _NAMES.update(names)


def task_name(path: str) -> Any:
    """What the task is called; its path where nobody named it."""
    return _NAMES.get(path, path)


class TaskFailedError(Exception):
    """What went wrong stands in the log: the list of tasks keeps tracebacks, which may hold words about somebody."""


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Log what went wrong, and tell the list of tasks no more than what kind of error it was."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            logger.exception("The task %s stopped.", function.__name__)
            raise TaskFailedError(type(error).__name__) from None

    return run
