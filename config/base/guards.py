"""Rules between rows, kept on every path that writes.

A guard is called with the keys of rows of its model that have just been written and recorded, inside their
transaction: after `save()`, `update()`, the bulk writes, a deletion, a restore, `loaddata`. It refuses by raising,
or keeps a derived column true. What one row alone can tell belongs in a constraint instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

#: Called with the keys and the database alias.
Guard = Callable[[list[Any], str], None]

_guards: dict[Any, list[Guard]] = defaultdict(list)
_purge_guards: dict[Any, list[Guard]] = defaultdict(list)


def guard(model: Any, check: Guard) -> None:
    """Call `check` after every recorded write of `model`'s rows. Twice is once."""
    if check not in _guards[model]:
        _guards[model].append(check)


def guard_purge(model: Any, check: Guard) -> None:
    """Call `check` with the keys of rows of `model` before they are really deleted: for links that no foreign key
    shows. It refuses by raising ProtectedError. Twice is once."""
    if check not in _purge_guards[model]:
        _purge_guards[model].append(check)


def run_purge_guards(model: Any, keys: list[Any], using: str) -> None:
    """Called by `deletion.purge_rows`, the one place where rows are really deleted."""
    for check in _purge_guards.get(model, ()):
        check(keys, using)


def run_guards(model: Any, keys: list[Any], using: str) -> None:
    """Called by `history.record`, the one place that every recorded write passes."""
    for check in _guards.get(model, ()):
        check(keys, using)
