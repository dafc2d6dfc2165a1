"""Messages are compared in English, whatever the site's language."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.utils import translation

from . import people


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def school() -> SimpleNamespace:
    return people.make_school()
