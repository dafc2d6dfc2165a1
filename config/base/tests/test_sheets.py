"""Tables to download run nothing in a spreadsheet, and are read back as they were."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.translation import gettext_lazy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.base.sheets import FORMULA_SIGNS, as_csv, csv_response, neutralised


@pytest.mark.parametrize(
    "text", ["=1+1", "+33 1", "-2+3|cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '=HYPERLINK("x")']
)
def test_a_text_that_would_be_a_formula_is_shown_as_text(text):
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("value", [-5, Decimal("-2.50"), 0, "Élodie", "a=b", "", " =1"])
def test_what_is_no_formula_stays(value):
    assert neutralised(value) == value


def test_nothing_is_an_empty_cell_and_a_moment_is_in_the_readers_time_zone():
    assert neutralised(None) == ""
    with timezone.override("Europe/Paris"):
        assert neutralised(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "2026-07-02 00:30"
    assert neutralised(True) == "True"
    assert neutralised(gettext_lazy("=x")) == "'=x", "lazy texts are texts"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_no_cell_begins_like_a_formula_and_none_is_lost(rows):
    text = as_csv(["name", "=head"], rows)
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[0] == ["name", "'=head"]
    assert len(read) == len(rows) + 1
    for row, found in zip(rows, read[1:], strict=True):
        for cell, shown in zip(row, found, strict=True):
            assert not shown.startswith(FORMULA_SIGNS)
            assert shown.removeprefix("'") == cell.removeprefix("'")


def test_the_file_says_its_encoding_and_is_not_kept():
    answer = csv_response("class.csv", ["nom"], [["Élodie"]])
    assert answer.content.decode("utf-8-sig") == "nom\r\nÉlodie\r\n"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'filename="class.csv"' in answer.headers["Content-Disposition"]
