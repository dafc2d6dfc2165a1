"""The admin's bases: an app's admin is a thin door built from these.

`BaseAdmin` for every model; `BaseTabularInline` and `BaseStackedInline` for parts that belong to a whole;
`ReadOnlyAdmin` before `BaseAdmin` for models that a service owns; `Figure` for the dashboard; `do_for_each` for an
action that calls a service.
"""

from .actions import do_for_each
from .dashboard import Figure
from .options import BaseAdmin, BaseStackedInline, BaseTabularInline, ReadOnlyAdmin

__all__ = ["BaseAdmin", "BaseStackedInline", "BaseTabularInline", "Figure", "ReadOnlyAdmin", "do_for_each"]
