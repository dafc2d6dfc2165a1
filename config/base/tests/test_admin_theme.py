"""The theme has no French of its own: every string it shows is translated here, also after it is upgraded."""

from __future__ import annotations

from pathlib import Path

import pytest
import unfold
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext, override
from django.utils.translation.trans_real import translation

from .test_translations import marked_strings

THEME = Path(unfold.__file__).parent


def test_every_string_of_the_theme_is_french():
    french = translation("fr")._catalog
    missing = {
        f"{path.relative_to(THEME)}:{line}: {message}"
        for path, line, message, key in marked_strings(THEME)
        if key not in french and (key, 0) not in french
    }
    assert not missing


@pytest.mark.parametrize(
    ("english", "french"),
    [("Apply Filters", "Appliquer les filtres"), ("No results found", "Aucun résultat"), ("Dark", "Sombre")],
)
def test_the_theme_speaks_french(english, french):
    with override("fr"):
        assert gettext(english) == french
    with override("en"):
        assert gettext(english) == english


def test_what_the_settings_name_exists():
    theme = settings.UNFOLD
    names = [theme["DASHBOARD_CALLBACK"], theme["ACCOUNT"]["navigation"]]
    names += [theme["SIDEBAR"]["navigation"], theme["COMMAND"]["search_callback"]]
    assert all(callable(import_string(name)) for name in names)
