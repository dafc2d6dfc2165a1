"""`benchmark` measures against baselines of the same run, and leaves nothing behind."""

from __future__ import annotations

import io
import json

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, connections, router

from config.base import benchmarks
from config.base.benchmarks.measure import Measurement, Timing
from config.base.benchmarks.tables import benchmark_tables
from config.base.introspection import incoming, kernel_models
from config.base.scratch import ALIAS

from .helpers import model_of

pytestmark = pytest.mark.django_db


def surroundings() -> dict[str, object]:
    """Whatever a benchmark could leave traces in."""
    with connection.cursor() as cursor:
        schemas = []
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nspname FROM pg_namespace ORDER BY 1")
            schemas = cursor.fetchall()
    return {
        "tables": sorted(connection.introspection.table_names()),
        "schemas": schemas,
        "models": [model._meta.label for model in apps.get_models(include_auto_created=True)],
        "kernel": kernel_models(),
        "incoming": incoming(model_of("accounts.User")),
        "databases": sorted(connections),
        "routers": list(router.routers),
    }


def test_the_kernel_is_measured_and_nothing_is_left():
    before = surroundings()
    out = io.StringIO()
    call_command("benchmark", "kernel", "--scale", "0.002", "--json", stdout=out)
    assert surroundings() == before
    results = json.loads(out.getvalue())["results"]
    assert all(
        set(each) == {"name", "seconds", "baseline", "baseline_seconds", "ratio", "queries"}
        for each in results
    )
    assert {each["name"].split(",")[0] for each in results} >= {
        "audited bulk_create",
        "audited update",
        "audited bulk_update",
        "bulk_create_with_history",
        "bulk_update_with_history",
        "delete",
        "restore",
    }
    assert all(each["queries"] <= 20 for each in results if each["name"].startswith(("delete", "restore")))


def test_a_benchmark_that_fails_leaves_nothing_either():
    before = surroundings()
    with pytest.raises(ZeroDivisionError), benchmark_tables("default") as (tables, _connection):
        tables.kernel.course(title="t", slug="t").save()
        assert tables.kernel.course.objects.db == ALIAS
        raise ZeroDivisionError
    assert surroundings() == before


def test_a_person_sees_which_bar_was_missed(monkeypatch):
    fast, slow = Timing(1.0, 5), Timing(3.0, 25)
    report = benchmarks.Report(
        [Measurement("mine", "theirs", slow, fast, ratio_bar=2.5, queries_bar=20)], ["a note"]
    )
    monkeypatch.setitem(benchmarks.benchmarks(), "kernel", lambda **options: report)
    out = io.StringIO()
    call_command("benchmark", "kernel", stdout=out)
    assert "3.00×  OVER 2.5×, OVER 20 queries" in out.getvalue()
    assert out.getvalue().splitlines()[-2:] == [
        "a note",
        "benchmark: 1 comparisons, medians of interleaved runs; 1 over a bar.",
    ]


@pytest.mark.parametrize("arguments", [("nothing",), ("kernel", "--scale", "0")])
def test_what_cannot_be_measured_is_refused(arguments):
    with pytest.raises(CommandError):
        call_command("benchmark", *arguments)
