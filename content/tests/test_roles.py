"""What each role may do with content."""

from __future__ import annotations

import pytest

from accounts.roles import declared_permissions

from ..models import __all__ as models


def rights(code):
    return {
        name.removeprefix("content.") for name in declared_permissions()[code] if name.startswith("content.")
    }


@pytest.mark.parametrize("code", ["learner", "parent", "crm-manager"])
def test_who_has_no_business_here_has_no_right(code):
    assert rights(code) == set()


@pytest.mark.parametrize("code", ["content-editor", "teacher", "support", "administrator"])
def test_who_works_with_documents_sees_all_of_it_and_writes_nothing_that_a_service_owns(code):
    assert {f"view_{name.lower()}" for name in models} <= rights(code)
    owned = ("brickversion", "generateddocument", "documentbrick", "documentinteraction")
    assert not {f"{verb}_{name}" for verb in ("add", "change", "delete") for name in owned} & rights(code)


def test_bricks_are_written_by_editors_and_answers_read_by_nobody_else():
    writers = {code for code in declared_permissions() if "change_contentbrick" in rights(code)}
    assert writers == {"content-editor", "administrator"}
