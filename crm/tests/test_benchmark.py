"""`benchmark crm` measures what it says, on rows that are the same each time, and leaves nothing behind."""

from __future__ import annotations

import polars as pl
import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.db import connection, connections

from config.base.benchmarks import Report, benchmarks
from config.base.benchmarks.measure import Timing
from crm.benchmarks import files, memory
from crm.benchmarks.place import crm_place
from crm.benchmarks.rows import fill_orders, fill_parents, order_rows
from crm.models import ClientMasterProfile, Customer, ImportBatch, OrderLine, Product, RecoItem

pytestmark = pytest.mark.django_db(transaction=True)

MODELS = (Customer, Product, OrderLine, ImportBatch, ClientMasterProfile, RecoItem)


def test_each_work_stands_beside_its_baseline_and_nothing_of_it_stays(monkeypatch):
    monkeypatch.setattr(files, "_peak", lambda lines, using: 100.0 + lines / 1000)
    report = benchmarks()["crm"](scale=0.002, using="default", progress=lambda _text: None)
    pairs = {each.name.split(",")[0]: each.baseline for each in report.results}
    assert pairs["import of 200 lines"] == "django-import-export, row by row, without history"
    assert pairs["the same file again"] == "the first time"
    assert pairs["profiles"] and pairs["recommendations"]
    assert all(each.timing.seconds > 0 < each.baseline_timing.seconds for each in report.results)
    assert not any(each.verdict for each in report.results), "small sizes say nothing about the bars"
    notes = "\n".join(report.notes)
    assert "are history" in notes
    assert "Peak memory of an import: 100 MB for 200 lines, 102 MB for 2,000, 1.02×, within 1.5×" in notes
    assert connections["default"].alias == connection.alias == "default"
    assert [model.all_objects.count() for model in MODELS] == [0] * len(MODELS)
    assert "crm.stockline" not in {model._meta.label_lower for model in apps.get_models()}


def test_a_bar_that_is_missed_is_said(monkeypatch):
    monkeypatch.setattr(files, "_peak", lambda lines, using: 100.0 * (1 + lines))
    report = Report()
    files.measure_memory(report, lines=10, using="default", progress=lambda _text: None)
    assert "OVER 1.5×" in report.notes[0]


def test_the_memory_is_measured_where_nothing_stays(tmp_path):
    assert memory.main(tmp_path / "none.csv", 0, "default") > 2**20
    assert Customer.objects.count() == 0


def test_the_rows_are_the_same_each_time_and_a_line_in_fifty_is_taken_back():
    rows = order_rows(5_000)
    assert rows.equals(order_rows(5_000))
    assert rows.select("order", "line").unique().height == 5_000
    assert 0.01 < (rows["quantity"] < 0).mean() < 0.03
    assert rows.group_by("order").agg(pl.col("customer").n_unique())["customer"].max() == 1


def test_a_place_has_its_own_folder_and_its_rows_are_those_of_the_file():
    own = django_settings.DATA_DIR
    with crm_place("default") as (place, folder):
        assert django_settings.DATA_DIR == folder != own
        fill_parents(20)
        fill_orders(order_rows(200), place)
        assert OrderLine.objects.count() == 200
        assert OrderLine.objects.filter(quantity__lt=0, amount__gte=0).count() == 0
    assert OrderLine.objects.count() == 0


def test_without_the_package_the_import_has_no_baseline(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "import_export", None)
    monkeypatch.setattr(files, "import_once", lambda path, connection: Timing(1.0, 1))
    monkeypatch.setattr(files, "measure_memory", lambda *args, **options: None)
    report = Report()
    files.measure_imports(report, scale=0.0005, using="default", progress=lambda _text: None)
    assert "django-import-export is not installed: the import has no baseline." in report.notes
    assert [each.baseline for each in report.results] == ["the first time"]
