"""Whatever a job does, it ends within its limits, says why, and the next one is fine."""

import io
import os
import select
import selectors
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from content.rendering import contained, hardening
from content.rendering.contained import RenderFailed
from content.rendering.limits import Limits
from content.rendering.zygote import Child, Zygote

SHORT = Limits(wall=2, cpu=1, memory=256 * 1024 * 1024)
DOUBLING = "let a = []; while (true) a.push(new Array(100000).fill(1))"
LONG_TYPST = "#for i in range(10000000) [= Titre #i \n]"
DEEP_TYPST = "#let f(n) = { f(n + 1) }\n#f(1)"


def failure_of(helper, operation, payload=None, limits=SHORT):
    with pytest.raises(RenderFailed) as caught:
        helper.run(operation, payload or {}, limits=limits)
    return caught.value


@pytest.mark.parametrize(
    ("operation", "payload", "code"),
    [
        ("spin", {}, "time"),
        ("sleep", {}, "time"),
        ("javascript", {"source": "while (true);"}, "time"),
        ("hoard", {}, "memory"),
        ("javascript", {"source": DOUBLING}, "memory"),
        ("compile_typst", {"source": LONG_TYPST}, "memory"),
        ("die", {"signal": "SIGKILL"}, "memory"),  # as the kernel does when the machine has none left
        ("die", {"signal": "SIGSEGV"}, "crash"),
        ("die", {"signal": "SIGABRT"}, "crash"),
        ("compile_typst", {"source": DEEP_TYPST}, "crash"),
        ("leave", {}, "crash"),
        ("fail", {}, "crash"),
        ("recurse", {}, "crash"),
        ("unheard_of", {}, "crash"),
    ],
)
def test_a_job_that_misbehaves_fails_with_its_reason_and_the_next_is_fine(helper, operation, payload, code):
    # of what takes memory, a slow machine may not take the time first
    limits = replace(SHORT, wall=20, cpu=20) if code == "memory" else SHORT
    assert failure_of(helper, operation, payload, limits).code == code
    assert helper.run("echo", {"text": "é"}) == {"text": "é"}


def test_a_refusal_keeps_its_kind_its_reason_and_its_facts(helper):
    failure = failure_of(helper, "refuse")

    assert (failure.code, failure.detail) == ("refused", "not like this")
    assert failure.facts == {"kind": "TestRefused", "position": 7}


def test_a_brick_of_ten_megabytes_is_not_even_sent(helper):
    assert failure_of(helper, "echo", {"body": ["x" * 10_000_000]}, Limits()).code == "size"


def test_figures_do_not_count_as_text_but_have_a_limit(helper):
    figure = {"media_type": "image/png", "data": "A" * 3_000_000}

    assert helper.run("echo", {"images": {"a": figure}})["images"]["a"] == figure
    figures = {str(number): figure for number in range(50)}
    assert failure_of(helper, "echo", {"images": figures}, Limits()).code == "size"


def test_too_much_output_is_not_taken(helper):
    assert failure_of(helper, "overflow", {"size": 20_000}, Limits(output=10_000)).code == "size"


def test_a_job_knows_nothing_of_its_owner(helper, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "not to be known")
    contained_helper = contained.Helper(helper.registry)

    found = contained_helper.run("where", {})
    contained_helper.stop()

    assert set(found["environment"]) == {*contained.ENVIRONMENT, "PYTHONPATH"}
    assert found["descriptors"] == [0, 1, 2, 3]  # the job's socket is the only one beside the standard three


def test_jobs_run_beside_each_other_and_each_gets_its_own_answer(helper):
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda number: helper.run("echo", {"n": number}), range(40)))
    assert [answer["n"] for answer in answers] == list(range(40))


def test_a_helper_that_was_killed_is_started_again(helper):
    parent = helper.run("where", {})["parent"]
    os.kill(parent, signal.SIGKILL)

    assert helper.run("where", {})["parent"] != parent


def test_a_fork_of_the_owner_starts_a_helper_of_its_own(helper):
    parent = helper.run("where", {})["parent"]
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writing, str(helper.run("where", {})["parent"]).encode())
            helper.stop()
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        other = int(told.read())

    assert other != parent
    assert helper.run("where", {})["parent"] == parent


def test_children_end_with_the_helper_and_leave_no_zombie(helper):
    running = helper.run("where", {})
    assert not os.path.exists(f"/proc/{running['pid']}")
    helper.stop()
    assert not os.path.exists(f"/proc/{running['parent']}")


def test_a_job_that_ends_and_is_abandoned_in_the_same_moment_does_not_end_the_helper():
    zygote = Zygote.__new__(Zygote)
    zygote.children, zygote.selector = {}, selectors.DefaultSelector()
    status, other = socket.socketpair()
    status.close()
    other.close()

    zygote.abandon(Child(os.getpid(), status, io.BytesIO()))  # it was reaped, and its number may be another's

    zygote.selector.close()


needs_landlock = pytest.mark.skipif(hardening.landlock() < 4, reason="this kernel has no Landlock")


@needs_landlock
def test_nothing_but_its_own_assets_can_be_opened(helper, tmp_path):
    canary = tmp_path / "canary"
    canary.write_text("a secret")
    for path in (str(canary), "/etc/passwd", "/proc/self/environ", str(contained.ROOT / "manage.py")):
        assert "Permission" in failure_of(helper, "read", {"path": path}).detail
    assert "Permission" in failure_of(helper, "write", {"path": str(canary)}).detail
    assert canary.read_text() == "a secret"
    assert helper.run("read", {"path": str(contained.ROOT / "content/rendering/fonts/README.md")})["text"]


@needs_landlock
def test_neither_sockets_nor_programs_nor_signals_to_others(helper):
    assert "not permitted" in failure_of(helper, "connect", {"port": 9}).detail
    assert (
        helper.run("execute", {})["status"] == 127
    )  # what spawning answers when the program could not be started
    assert "not permitted" in failure_of(helper, "signal_parent").detail


OWNER = """
from threading import Thread
from content.rendering.contained import Helper
helper = Helper("content.tests.containment.registry")
print(helper.run("where", {})["parent"], flush=True)
Thread(target=helper.run, args=("sleep", {})).start()
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
def test_a_killed_owner_leaves_nothing_running():
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], cwd=contained.ROOT, stdout=subprocess.PIPE, text=True
    )
    ended = os.pidfd_open(int(owner.stdout.readline()))
    owner.kill()
    owner.communicate()

    assert select.select([ended], [], [], 30)[0]
    os.close(ended)
