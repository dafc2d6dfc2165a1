"""The sidebar and the account menu, built from the registered admins: a new app has its place the day it is written."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst
from django.utils.translation import gettext as _

DEFAULT_ICON = "table_rows"


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """One group an app, in the order of INSTALLED_APPS, of the models that this person may view.

    A model of a library stands with the app whose admin shows it.
    """
    groups: list[dict[str, Any]] = [
        {"items": [{"title": _("Dashboard"), "icon": "dashboard", "link": reverse("admin:index")}]}
    ]
    for config in apps.get_app_configs():
        admins = sorted(_viewable(request, config.name), key=_place)
        items = [item for each in admins for item in (*_pages(request, each), _item(each))]
        if items:
            groups.append({"title": capfirst(config.verbose_name), "separator": True, "items": items})
    _light_one(request, groups)
    return groups


def account_links(request: HttpRequest) -> list[dict[str, Any]]:
    """The person's own page, where they may see it, and their password."""
    links: list[dict[str, Any]] = []
    if not request.user.is_authenticated:
        return links
    own = admin.site._registry.get(get_user_model())
    if own is not None and own.has_view_or_change_permission(request, request.user):
        options = own.model._meta
        url = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[request.user.pk])
        links.append({"title": _("My account"), "link": url})
    if request.user.has_usable_password():
        links.append({"title": _("Change password"), "link": reverse("admin:password_change")})
    links.append({"title": _("Second factor"), "link": reverse("mfa_index")})
    links.append({"title": _("Devices"), "link": reverse("usersessions_list")})
    return links


def delay_app_list(site: Any) -> None:
    """Make Django's list of apps and models only where a page shows it: few do, and it takes a sixth of a page."""
    make = site.get_app_list
    site.get_app_list = lambda request, app_label=None: SimpleLazyObject(partial(make, request, app_label))


def _viewable(request: HttpRequest, app_name: str) -> list[Any]:
    return [
        each
        for each in admin.site._registry.values()
        if type(each).__module__.startswith(f"{app_name}.")
        and each.has_module_permission(request)
        and each.has_view_or_change_permission(request)
    ]


def _place(model_admin: Any) -> tuple[int, str]:
    return getattr(model_admin, "menu_order", 100), str(model_admin.opts.verbose_name_plural)


def _pages(request: HttpRequest, model_admin: Any) -> list[dict[str, Any]]:
    """The pages of the admin's own that its `menu_pages` names: (title, icon, name of the view, right)."""
    return [
        {"title": title, "icon": icon, "link": reverse(view)}
        for title, icon, view, right in getattr(model_admin, "menu_pages", ())
        if request.user.has_perm(right)
    ]


def _light_one(request: HttpRequest, groups: list[dict[str, Any]]) -> None:
    """Of the entries above this page the nearest is lit; unfold would light the list above it too."""
    index = reverse("admin:index")
    below = [item for group in groups for item in group["items"] if item["link"] != index]
    above = [item["link"] for item in below if request.path.startswith(item["link"])]
    nearest = max(above, key=len, default=None)
    for item in below:
        item["active"] = item["link"] == nearest


def _item(model_admin: Any) -> dict[str, Any]:
    options = model_admin.opts
    return {
        "title": capfirst(options.verbose_name_plural),
        "icon": getattr(model_admin, "icon", DEFAULT_ICON),
        "link": reverse(f"admin:{options.app_label}_{options.model_name}_changelist"),
    }
