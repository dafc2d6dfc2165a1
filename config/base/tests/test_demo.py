"""`manage.py demo`: from an empty database to somebody signed in; twice, refused, interrupted."""

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client

from config.base import demo_steps
from config.base.exceptions import DomainError
from config.base.management.commands import demo
from config.base.testing import api_client
from config.base.tests.test_seeds import stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def people_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is about who signs in, the seeds of the other apps are not loaded, and their steps not done."""
    files = [path for path in demo.seed_files() if path.name < "20"]
    monkeypatch.setattr(demo, "seed_files", lambda: files)
    monkeypatch.setattr(demo, "steps", dict)


def run(*options: str) -> str:
    out = StringIO()
    call_command("demo", "--no-serve", *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def run_json(*options: str) -> dict[str, Any]:
    return json.loads(run("--json", *options))


def passwords(summary: dict[str, Any]) -> dict[str, Any]:
    return {each["username"]: each["password"] for each in summary["accounts"]}


def test_it_fills_an_empty_database() -> None:
    summary = run_json()
    assert summary["loaded"] == [path.name for path in demo.seed_files()]
    assert apps.get_model("courses", "course").objects.count() == 2
    assert {"john.doe", "jane.smith"} <= set(passwords(summary))


def test_somebody_is_half_way_through_a_course_and_an_answer_waits_for_their_teacher() -> None:
    run()
    people = get_user_model().objects
    jane, camille = (people.get(username=name) for name in ("jane.smith", "camille.laurent"))
    rows = api_client(jane).get("/api/v1/me/progress/").json()["results"]
    percents = {row["course_title"]: row["completion_percentage"] for row in rows}
    assert percents == {"Introduction à Python": 50, "Intermediate JavaScript": 0}
    waiting = api_client(camille).get("/api/v1/me/grading-queue/").json()["results"]
    assert [row["student_name"] for row in waiting] == ["Jane Smith"]
    call_command("check_progress", stdout=StringIO())


def sign_in(client: Client, name: str, password: str) -> Any:
    return client.post("/accounts/login/", {"login": name, "password": password})


@pytest.mark.usefixtures("people_only")
def test_everybody_signs_in_with_what_was_printed() -> None:
    for username, password in passwords(run_json()).items():
        assert sign_in(Client(), username, password).status_code == 302, username


@pytest.mark.usefixtures("people_only")
def test_a_member_of_staff_opens_the_admin() -> None:
    printed = passwords(run_json())
    staff = get_user_model().objects.filter(is_staff=True)
    assert staff.exists()
    for user in staff:
        client = Client()
        sign_in(client, user.get_username(), printed[user.get_username()])
        assert client.get("/admin/").status_code == 200, user


@pytest.mark.usefixtures("people_only")
def test_the_table_names_people_passwords_and_pages() -> None:
    table = run("--port", "8123")
    line = next(line for line in table.splitlines() if line.startswith("john.doe"))
    assert demo.demo_password("john.doe") in line
    assert "learner" in line
    assert "http://localhost:8123/admin/" in table
    assert "http://localhost:8123/api/docs/" in table


def test_twice_changes_nothing_and_prints_the_passwords_again() -> None:
    first = run_json()
    before = stored()
    second = run_json()
    assert stored() == before
    assert second["loaded"] == []
    assert passwords(second) == passwords(first)


@pytest.mark.usefixtures("people_only")
def test_a_password_somebody_chose_is_kept_until_a_reset_is_asked_for() -> None:
    run()
    john = get_user_model().objects.get(username="john.doe")
    john.set_password("three small green boats")
    john.save()
    assert passwords(run_json())["john.doe"] is None
    john.refresh_from_db()
    assert john.check_password("three small green boats")
    assert passwords(run_json("--reset-passwords"))["john.doe"] == demo.demo_password("john.doe")
    assert sign_in(Client(), "john.doe", demo.demo_password("john.doe")).status_code == 302


def test_what_people_edited_and_deleted_stays_so() -> None:
    run()
    course_model = apps.get_model("courses", "course")
    python = course_model.objects.get(slug="python-introduction")
    python.title = "Python, autrement"
    python.save()
    course_model.objects.get(slug="javascript-intermediate").delete()
    get_user_model().objects.get(username="jane.smith").delete()

    assert run_json()["loaded"] == []

    assert list(course_model.objects.values_list("title", flat=True)) == ["Python, autrement"]
    assert "jane.smith" not in passwords(run_json())


def test_a_seed_that_does_not_fit_leaves_nothing_behind() -> None:
    """Somebody else has John's address: no file is loaded, not even those that would fit."""
    user_model = get_user_model()
    user_model.objects.create_user(username="someone", email="john.doe@example.org", full_name="Someone")
    before = stored()
    with pytest.raises(CommandError, match="none was loaded"):
        run()
    assert stored() == before


@pytest.mark.usefixtures("people_only")
def test_it_refuses_production(settings: Any) -> None:
    settings.DEMO_ALLOWED = False
    before = stored()
    with pytest.raises(CommandError, match="--allow-production"):
        run()
    assert stored() == before
    assert "john.doe" in run("--allow-production")


def test_a_port_in_use_is_refused_before_anything_is_done() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        before = stored()
        with pytest.raises(CommandError, match="Cannot serve"):
            call_command("demo", port=taken.getsockname()[1], stdout=StringIO())
        assert stored() == before


@pytest.mark.usefixtures("people_only")
def test_it_serves_without_a_reloader_and_keeps_standard_output_to_the_json(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served: list[Any] = []

    def instead(name: str, *args: Any, **options: Any) -> Any:
        if name != "runserver":
            return call_command(name, *args, **options)
        options["stdout"].write("Starting development server")
        return served.append((args, options["use_reloader"]))

    @contextmanager
    def worker() -> Iterator[None]:
        assert not served
        yield
        assert served
        served.append("the worker ends")

    monkeypatch.setattr(demo, "call_command", instead)
    monkeypatch.setattr(demo, "worker_beside", worker)
    monkeypatch.setattr(demo.Command, "require_free_port", lambda *args: None)
    out, err = StringIO(), StringIO()
    call_command("demo", "--json", port=8123, stdout=out, stderr=err)
    assert served == [(("127.0.0.1:8123",), False), "the worker ends"]
    assert json.loads(out.getvalue())["accounts"]
    assert "Starting development server" in err.getvalue()


@pytest.mark.usefixtures("people_only")
def test_the_steps_of_the_apps_are_done_in_their_order_and_say_what_they_did(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(demo_steps, "_steps", {})
    for name in ("zebra", "apple"):
        demo_steps.register(name)(lambda progress, name=name: f"{name} was done.")
    monkeypatch.setattr(demo, "steps", demo_steps.steps)
    assert list(run_json()["steps"].items()) == [("zebra", "zebra was done."), ("apple", "apple was done.")]
    assert "apple was done." in run()


@pytest.mark.usefixtures("people_only")
def test_a_step_that_cannot_be_done_stops_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(progress: Any) -> str:
        raise DomainError("The cellar is locked.")

    monkeypatch.setattr(demo, "steps", lambda: {"wines": refuse})
    with pytest.raises(CommandError, match=r"The step wines stopped.*The cellar is locked"):
        run()
    assert get_user_model().objects.filter(username="john.doe").exists()


@pytest.fixture
def instead_of_a_worker(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Path:
    """A process that writes its number into the file that is answered, and then waits for its end."""
    told = tmp_path / "number"
    code = (
        f"import os, pathlib, time\npathlib.Path({str(told)!r}).write_text(str(os.getpid()))\ntime.sleep(60)"
    )
    (tmp_path / "manage.py").write_text(code)
    monkeypatch.setattr(settings, "BASE_DIR", tmp_path)
    monkeypatch.setattr(sys, "__stderr__", None)
    return told


def wait_for(told: Path) -> int:
    while not told.exists() or not told.read_text():
        os.sched_yield()
    return int(told.read_text())


def test_the_worker_ends_with_the_server(instead_of_a_worker: Path) -> None:
    with demo.worker_beside():
        number = wait_for(instead_of_a_worker)
        os.kill(number, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_the_worker_ends_when_the_server_is_told_to(instead_of_a_worker: Path) -> None:
    with suppress(SystemExit), demo.worker_beside():
        number = wait_for(instead_of_a_worker)
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_a_demo_password_depends_on_the_person_and_on_the_secret_key(settings: Any) -> None:
    here = demo.demo_password("john.doe")
    assert here == demo.demo_password("john.doe") != demo.demo_password("jane.smith")
    settings.SECRET_KEY = "another-key"
    assert demo.demo_password("john.doe") != here
