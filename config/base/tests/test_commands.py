"""What the project's commands have in common, and those that look after the history."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.base.audit import current_reason
from config.base.commands import OperatorCommand

from .helpers import assert_sound, make, model_of


class Greet(OperatorCommand):
    """A command of no file; its name is this module's."""

    def work(self, **options):
        self.progress("Thinking …")
        return {"reason": current_reason()}

    def show(self, result):
        self.table(["word", "number"], [("a", 1), ("longer", 12345), ("none", None)])
        self.stdout.write("greeted.")

    def succeeded(self, result):
        return False


def run(*args: str) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def test_json_is_one_object_and_nothing_else_and_the_reason_names_the_command():
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command(Greet(), json=True, stdout=out, stderr=err)
    assert json.loads(out.getvalue()) == {"reason": "command test_commands"}
    assert err.getvalue() == ""
    assert end.value.code == 1


def test_a_person_gets_aligned_columns():
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command(Greet(), stdout=out)
    assert out.getvalue().splitlines() == [
        "word    number",
        "a            1",
        "longer  12,345",
        "none         –",
        "greeted.",
    ]


@pytest.fixture
def old_row(django_db_setup, db):
    """Four versions, three of them from long ago."""
    obj = make("accounts.User")
    for _ in range(3):
        obj.save()
    records = obj.history.model.objects.filter(id=obj.pk, version__lte=3)
    records.update(history_date=timezone.now() - timedelta(days=400))
    return obj


def test_old_history_goes_and_what_is_left_has_no_gap(old_row):
    answer = json.loads(run("clean_old_history", "--days", "365", "--json"))
    assert answer["dropped"]["accounts.User"] == 3
    assert list(old_row.history.values_list("version", flat=True)) == [4]
    run("check_data")


def test_a_dry_run_drops_nothing(old_row):
    answer = json.loads(run("clean_old_history", "accounts.User", "--days", "365", "--dry-run", "--json"))
    assert answer["dropped"] == {"accounts.User": 3}
    assert old_row.history.count() == 4
    assert "3 records" in run("clean_old_history", "--days", "365", "--dry-run")
    assert_sound(model_of("accounts.User"))


@pytest.mark.parametrize("label", ["auth.Group", "nothing.AtAll", "nonsense"])
def test_only_models_with_history_are_cleaned(db, label):
    with pytest.raises(CommandError, match=label):
        run("clean_old_history", label, "--days", "1")


@pytest.mark.parametrize("command", ["clean_duplicate_history", "populate_history"])
def test_simple_historys_commands_that_would_break_the_history_are_refused(db, command):
    with pytest.raises(CommandError, match=r"gap|inventing"):
        run(command, "--auto")
