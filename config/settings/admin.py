"""Settings of the admin's theme, django-unfold."""

from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Back office"),
    "SITE_HEADER": _("Back office"),
    "SITE_SYMBOL": "school",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("base/icon.svg")}
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "STYLES": [lambda request: static("base/admin.css")],
    # Dotted names: settings are read before the apps that these live in.
    "DASHBOARD_CALLBACK": "config.base.admin.dashboard.dashboard",
    "ACCOUNT": {"navigation": "config.base.admin.navigation.account_links"},
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": "config.base.admin.navigation.sidebar",
    },
    "COMMAND": {
        "search_models": False,  # the theme's own loads every hit; the callback takes a few of each model
        "search_callback": "config.base.admin.finding.search_records",
        "show_history": False,
    },
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.604)",
            "100": "oklch(93.2% .032 255.585)",
            "200": "oklch(88.2% .059 254.128)",
            "300": "oklch(80.9% .105 251.813)",
            "400": "oklch(70.7% .165 254.624)",
            "500": "oklch(62.3% .214 259.815)",
            "600": "oklch(54.6% .245 262.881)",
            "700": "oklch(48.8% .243 264.376)",
            "800": "oklch(42.4% .199 265.638)",
            "900": "oklch(37.9% .146 265.522)",
            "950": "oklch(28.2% .091 267.935)",
        },
    },
}
