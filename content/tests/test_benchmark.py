"""`benchmark content` measures what it says, and leaves nothing behind."""

from __future__ import annotations

import re
import sys

import pytest

from accounts.models import User
from config.base.benchmarks import Report, benchmarks
from content.benchmarks import printing
from content.benchmarks.paper import CHAPTERS, TABLES, ten_pages
from content.models import BrickVersion, ContentBrick, ContentFigure, DocumentRequest, GeneratedDocument
from courses.models import Subject

MODELS = (BrickVersion, ContentBrick, ContentFigure, DocumentRequest, GeneratedDocument, Subject, User)


@pytest.fixture
def small(monkeypatch):
    """Few documents, whatever the scale."""
    for name in ("DOCUMENTS", "BASELINE_DOCUMENTS", "TOGETHER"):
        monkeypatch.setattr(printing, name, 2)


@pytest.mark.django_db
def test_each_work_stands_beside_its_baseline_and_nothing_of_it_stays(small, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    before = [model.all_objects.count() for model in MODELS]
    report = benchmarks()["content"](scale=0.005, using="default", progress=lambda _text: None)
    names = [each.name for each in report.results]
    assert names[:4] == [
        "10 pages, median",
        "10 pages, 95th percentile",
        "10 pages, a document, 2 at once",
        "generate_document, both copies",
    ]
    assert names[4].startswith("pick from 100 bricks")
    assert all(each.timing.seconds > 0 < each.baseline_timing.seconds for each in report.results)
    assert not any("×" in each.verdict for each in report.results), "small sizes say nothing about the bars"
    assert "OVER" not in report.results[4].verdict, "a constant number of queries"
    assert any("documents a second" in note for note in report.notes)
    assert [model.all_objects.count() for model in MODELS] == before
    assert not list(tmp_path.iterdir())


def test_without_weasyprint_there_is_no_baseline_and_it_is_said(small, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    report = Report()
    printing.measure_printing(report, scale=1, using="default", progress=lambda _text: None)
    assert "WeasyPrint is not there" in report.notes[-1]
    assert {each.baseline.split(",")[0] for each in report.results} == {"itself"}


def test_the_document_has_what_it_promises_and_is_another_one_each_time():
    sheets = [ten_pages(number) for number in (1, 2)]
    texts = [
        part.body + part.answer for sheet in sheets for section in sheet.sections for part in section.parts
    ]
    first = "".join(texts[:CHAPTERS])
    assert first.count("$$") == 60
    assert len(re.findall(r"\|---", first)) // 2 == TABLES
    assert first.count("figure:") == 1
    assert len(set(texts)) == 2 * CHAPTERS


def test_a_percentile_is_a_value_that_was_measured():
    assert printing.percentile([float(each) for each in range(1, 101)], 95) == 95
    assert printing.percentile([3.0, 1.0], 95) == 3
