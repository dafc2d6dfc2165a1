"""Tasks of the background, whichever app they are of."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import pytest
from django.apps import apps
from django_tasks.base import Task

from config.base.work import TaskFailedError, guarded, name_tasks, task_name


def every_task():
    modules = [f"{app.name}.tasks" for app in apps.get_app_configs() if app.name.split(".")[0] != "django"]
    found = [vars(import_module(name)).values() for name in modules if find_spec(name)]
    return {each.module_path: each for values in found for each in values if isinstance(each, Task)}


def test_what_went_wrong_is_in_the_log_and_not_in_the_list_of_tasks(caplog):
    @guarded
    def stop(name):
        raise ValueError(f"{name} was refused")

    with pytest.raises(TaskFailedError, match=r"^ValueError$") as failed:
        stop("camille@example.org")
    assert failed.value.__cause__ is None and failed.value.__suppress_context__
    assert "camille@example.org" in caplog.text and "The task stop stopped." in caplog.text


def test_what_goes_right_is_answered():
    assert guarded(lambda number, *, more: number + more)(1, more=2) == 3


def test_every_task_is_guarded_and_has_a_name_for_people():
    tasks = every_task()
    assert {path.split(".")[0] for path in tasks} == {"content", "crm"}
    for path, task in tasks.items():
        assert task_name(path) != path
        assert task.func.__code__ is guarded(len).__code__, path


def test_a_task_that_nobody_named_is_called_by_its_path():
    name_tasks({"here.known": "Known"})
    assert (task_name("here.known"), task_name("here.unknown")) == ("Known", "here.unknown")
