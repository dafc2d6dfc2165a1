"""The table as a command prints it."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from config.access import table
from config.access.endpoints import endpoints
from config.access.table import ROLES, Row, parse, render


def run(*args):
    out = io.StringIO()
    call_command("access_matrix", *args, stdout=out)
    return out.getvalue()


def failed(*args):
    out = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("access_matrix", *args, stdout=out)
    assert end.value.code == 1
    return out.getvalue()


def test_it_prints_every_endpoint_a_legend_and_a_line_that_sums_up():
    lines = run().splitlines()
    printed = {tuple(line.split()[-2:]) for line in lines}
    assert {(each.method, each.path) for each in endpoints()} <= printed
    assert any("forbidden (403)" in line for line in lines)
    assert lines[-1].startswith(f"access_matrix: {len(endpoints()):,} endpoints, {len(ROLES)} roles, ")


def test_columns_stand_below_their_headings():
    heading, line = run("--app", "crm").splitlines()[2:4]
    assert line[heading.index("teacher")] in table.LEGEND
    assert heading.index("address") == line.index("/")


def test_one_app_is_printed_alone_and_an_unknown_one_refused():
    rows = json.loads(run("--app", "crm", "--json"))["endpoints"]
    assert {row["app"] for row in rows} == {"crm"}
    assert set(rows[0]["roles"]["teacher"]) == {"own", "other", "none"}
    with pytest.raises(CommandError, match="no table"):
        call_command("access_matrix", "--app", "nonsense")


def test_an_endpoint_without_a_row_and_a_row_without_an_endpoint_are_named(monkeypatch, tmp_path):
    for path in table.FOLDER.glob("*.txt"):
        rows = parse(path.read_text(encoding="utf-8"))
        if path.stem == "crm":
            missing, rows = rows[0], [*rows[1:], Row("GET", "/api/v1/crm/gone/", rows[0].cells)]
        (tmp_path / path.name).write_text(render(rows), encoding="utf-8")
    monkeypatch.setattr(table, "FOLDER", tmp_path)
    printed = failed()
    assert f"{missing.method} {missing.path} has no row" in printed
    assert "GET /api/v1/crm/gone/ is no address of the site any more" in printed
    assert json.loads(failed("--json"))["gone"] == ["GET /api/v1/crm/gone/"]


def test_a_table_reads_as_it_was_written_and_nonsense_is_refused():
    rows = parse((table.FOLDER / "crm.txt").read_text(encoding="utf-8"))
    assert parse(render(rows)) == rows
    with pytest.raises(ValueError, match="abc"):
        parse("abc GET /")
