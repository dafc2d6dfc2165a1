"""Every real GIFT file we hold is read as the reference parser reads it, kind by kind."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from courses.questions.gift_reader import read_gift
from courses.questions.model import Skipped
from courses.questions.source import decode

from .questions_reference import FILES, as_reference

GIFTS = sorted((FILES / "gift").glob("*.gift"))


@pytest.mark.parametrize("path", GIFTS, ids=lambda path: path.stem)
def test_a_real_file_is_read_as_the_reference_reads_it(path: Path) -> None:
    found = read_gift(decode(path.read_bytes()))
    assert not [item for item in found if isinstance(item, Skipped)]
    assert [as_reference(item) for item in found] == json.loads(path.with_suffix(".json").read_text("utf-8"))


def test_the_real_files_hold_every_kind() -> None:
    kinds = Counter(
        entry["type"] for path in GIFTS for entry in json.loads(path.with_suffix(".json").read_text("utf-8"))
    )
    assert len(GIFTS) == 26
    assert set(kinds) == {"MC", "TF", "Short", "Essay", "Numerical", "Matching", "Description", "Category"}
