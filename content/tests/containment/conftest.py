"""A helper process whose operations misbehave on demand."""

import pytest

from content.rendering.contained import Helper


@pytest.fixture(scope="module")
def helper():
    helper = Helper("content.tests.containment.registry")
    yield helper
    helper.stop()
