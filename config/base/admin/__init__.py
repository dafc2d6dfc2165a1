"""The admin's bases: an app's admin is a thin door built from these.

`BaseAdmin` for every model; `BaseTabularInline` and `BaseStackedInline` for parts that belong to a whole;
`ReadOnlyAdmin` before `BaseAdmin` for models that a service owns; `Figure` for the dashboard; `do_for_each` for an
action that calls a service; `link_from` for a way from a row's page to another; `menu_pages` of an admin for pages of
its own in the sidebar.
"""

from .actions import do_for_each
from .dashboard import Figure
from .links import link_from
from .options import BaseAdmin, BaseStackedInline, BaseTabularInline, ReadOnlyAdmin

__all__ = [
    "BaseAdmin",
    "BaseStackedInline",
    "BaseTabularInline",
    "Figure",
    "ReadOnlyAdmin",
    "do_for_each",
    "link_from",
]
