"""`data_health` tells how the data is doing."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.db import connection

from config.base.audit import audit_context
from config.base.conflicts import count_conflict

from .helpers import make, model_of

pytestmark = pytest.mark.django_db


def health(**options) -> dict:
    out = io.StringIO()
    call_command("data_health", json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def of(rows: list[dict], label: str) -> dict:
    return next(row for row in rows if row["model"] == label)


def test_soft_and_hard_deletions_are_told_apart():
    user = model_of("accounts.User")
    before = of(health()["deletions"], "accounts.User")
    make(user), make(user).delete(), make(user).purge()
    after = of(health()["deletions"], "accounts.User")
    assert [after[name] - before[name] for name in ("alive", "in_trash", "purged")] == [1, 1, 1]
    assert after["oldest_in_trash"] is not None


def test_the_audit_is_complete_and_says_who_and_why():
    user = model_of("accounts.User")
    user.history.all()._raw_delete("default")
    user.all_objects.all()._raw_delete("default")
    actor = make(user)
    with audit_context(actor=actor, reason="tidying"):
        make(user)
    audit = of(health()["audit"], "accounts.User")
    assert audit == {
        "model": "accounts.User",
        "rows": 2,
        "full_history": 1.0,
        "records": 2,
        "with_actor": 0.5,
        "with_reason": 0.5,
    }


def test_conflicts_are_listed_by_day_and_model():
    user = model_of("accounts.User")
    count_conflict(user)
    count_conflict(user)
    (counted,) = health()["conflicts"]
    assert (counted["model"], counted["conflicts"]) == ("accounts.User", 2)
    assert health(days=-1)["conflicts"] == []


def test_the_largest_tables_are_listed_and_what_cannot_be_told_is_said():
    answer = health(top=3)
    assert len(answer["tables"]) == 3
    assert all(set(table) == {"table", "rows", "bytes"} for table in answer["tables"])
    if not answer["slowest_queries"]:
        assert any(note.startswith("Slowest queries:") for note in answer["notes"])


def test_a_person_reads_tables_and_one_line_at_the_end():
    make("accounts.User").delete()
    out = io.StringIO()
    call_command("data_health", stdout=out, no_color=True)
    assert "Soft and hard deletions" in out.getvalue()
    assert out.getvalue().splitlines()[-1].startswith("data_health: ")


def test_a_missing_extension_does_not_break_the_transaction_around_it():
    health()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
