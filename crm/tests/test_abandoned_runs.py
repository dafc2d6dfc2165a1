"""A run whose process was killed: nothing of it is there, and it says so by itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from config.base.clock import now_ms
from crm import services, tasks
from crm.locks import only_worker
from crm.models import RecoRun
from crm.stalling import STALLED_AFTER

from .factories import RecoRunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def running(minutes):
    started_at = now_ms() - STALLED_AFTER - timedelta(minutes=minutes)
    return RecoRunFactory(status="RUNNING", started_at=started_at, finished_at=None)


def status_of(run):
    return RecoRun.objects.get(pk=run.pk).status


def test_a_run_that_nobody_is_at_any_more_failed():
    run = running(1)
    assert services.end_abandoned_runs() == [run]
    run.refresh_from_db()
    assert (run.status, run.finished_at >= run.started_at) == ("FAILED", True)
    assert services.end_abandoned_runs() == []


def test_a_run_that_a_process_is_at_or_that_has_just_begun_goes_on():
    held, fresh = running(60), running(-1)
    with only_worker(held):
        assert services.end_abandoned_runs() == []
    assert (status_of(held), status_of(fresh)) == ("RUNNING", "RUNNING")
    assert services.end_abandoned_runs() == [held]


def test_the_next_run_says_that_the_one_before_was_killed():
    killed = running(1)
    made = services.recommend(as_of=date(2022, 1, 1))
    assert (status_of(killed), status_of(made)) == ("FAILED", "DONE")


def test_a_process_is_at_a_run_while_it_is_made(monkeypatch):
    RecoRunFactory.reset_sequence()
    seen = []

    def look(run, settings, clock):
        RecoRun.objects.filter(pk=run.pk).update(started_at=now_ms() - 2 * STALLED_AFTER)
        seen.extend(services.end_abandoned_runs())
        raise RuntimeError("enough")

    monkeypatch.setattr("crm.services.recommendations._carry_out", look)
    with pytest.raises(RuntimeError, match="enough"):
        services.recommend(as_of=date(2022, 1, 1))
    assert not seen
    assert RecoRun.objects.get().status == "FAILED"


def test_runs_are_looked_after_for_as_long_as_one_goes_on(django_capture_on_commit_callbacks):
    abandoned, fresh = running(1), running(-1)
    waiting = DBTaskResult.objects.filter(task_path=tasks.watch_runs.module_path)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.watch_runs.call()
    assert (status_of(abandoned), status_of(fresh), waiting.count()) == ("FAILED", "RUNNING", 1)
    RecoRun.objects.filter(pk=fresh.pk).update(status="DONE", finished_at=now_ms())
    with django_capture_on_commit_callbacks(execute=True):
        tasks.watch_runs.call()
    assert waiting.count() == 1, "nothing goes on any more"


def test_making_a_run_in_the_background_has_it_looked_after(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        tasks.recommend_task.call("2022-01-01")
    assert DBTaskResult.objects.get().task_path == tasks.watch_runs.module_path
    assert RecoRun.objects.get().status == "DONE"
