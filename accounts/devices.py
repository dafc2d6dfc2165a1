"""A browser's own words for itself, in people's words."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

#: The first that is found counts: most browsers also claim to be the ones below them.
BROWSERS = (
    (r"Edg(e|A|iOS)?/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Vivaldi/", "Vivaldi"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"(Headless)?Chrome/|CriOS/|Chromium/", "Chrome"),
    (r"Version/[\d.]+.*Safari/", "Safari"),
)
SYSTEMS = (
    (r"iPhone|iPod", "iPhone"),
    (r"iPad", "iPad"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"CrOS", "ChromeOS"),
    (r"Mac OS X|Macintosh", "macOS"),
    (r"Linux|X11", "Linux"),
)
#: What a program that is no browser calls itself: "curl/8.5", "python-requests/2.32".
PROGRAM = re.compile(r"^([A-Za-z][\w.-]{1,30})/")


def device_name(user_agent: str) -> str:
    """Such as « Firefox sous Windows »; what nobody claims to be is called unknown, in the active language."""
    browser = _first(BROWSERS, user_agent)
    system = _first(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    program = PROGRAM.match(user_agent)
    if program and program[1] != "Mozilla":
        return _("The program %(name)s") % {"name": program[1]}
    return browser or system or _("Unknown device")


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for pattern, name in known if re.search(pattern, user_agent)), "")
