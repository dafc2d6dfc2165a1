"""What the tasks of the background are called where people read of them: each app names its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NAMES: dict[str, Any] = {}


def name_tasks(names: Mapping[str, Any]) -> None:
    """{path of the task's module and function: what it is called, lazily translated}."""
    _NAMES.update(names)


def task_name(path: str) -> Any:
    """What the task is called; its path where nobody named it."""
    return _NAMES.get(path, path)
