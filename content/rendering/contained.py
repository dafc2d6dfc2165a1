"""Ask for something authored to be rendered, in a process of its own that cannot take more than it is given.

One helper process (`zygote`) is started on the first call and forks a child per job: 3 ms instead of half a second.
Safe from several threads and after a fork of this process, which starts a helper of its own.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from content.rendering.limits import LIMITS, Limits

ROOT = Path(__file__).parents[2]
GRACE = 5  # seconds beyond the limit that a child's end is waited for: the helper may have to start first
ATTEMPTS = (
    3  # the first finds that the helper is gone, the second perhaps that the kernel has not noticed yet
)

# Nothing of this process's environment: it holds secrets. Zeroes and fixed places, so that the bytes are the same
# everywhere; one arena and one thread, so that the address space says how much is used.
ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "RAYON_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
}


class RenderFailed(Exception):
    """It could not be rendered.

    `code` is time, memory, size, crash or refused, `detail` says more in English, for a log. `facts` of what was
    refused: `kind`, the name of the `refusals.Refusal`, and what it tells, such as `position`.
    """

    def __init__(self, code: str, detail: str = "", facts: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.facts = facts or {}


class HelperLost(Exception):
    """The helper ended under the job: it was killed, or could not start."""


def _size_of(value: Any) -> int:
    """Characters that were authored: all but the files of figures."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(_size_of(v) for k, v in value.items() if not (k == "data" and "media_type" in value))
    if isinstance(value, (list, tuple)):
        return sum(_size_of(item) for item in value)
    return 0


def _died(wait_status: int, complaint: str) -> RenderFailed:
    """Why the child ended without an answer, from how it did.

    Rust aborts when it gets no memory, and says so; SIGKILL, which nobody here sends to a job that is waited for, is
    the kernel's own when the machine is out of it.
    """
    signum = os.WTERMSIG(wait_status) if os.WIFSIGNALED(wait_status) else 0
    if signum in (signal.SIGALRM, signal.SIGXCPU):
        return RenderFailed("time", signal.Signals(signum).name)
    told = complaint.lower()
    if signum == signal.SIGKILL or "memory allocation of" in told or "memoryerror" in told:
        return RenderFailed("memory", complaint)
    name = signal.Signals(signum).name if signum else f"exit {os.waitstatus_to_exitcode(wait_status)}"
    return RenderFailed("crash", f"{name} {complaint}".strip())


class Helper:
    """The helper process, started when it is needed. `registry` names the module that declares the operations."""

    def __init__(self, registry: str = "content.rendering.operations") -> None:
        self.registry = registry
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket
        self._forget()
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.stop)

    def _forget(self) -> None:
        """After a fork the helper is the other process's: it ends when that one does, so this end is closed."""
        if self._process is not None:
            self._process.returncode = 0  # not a child of this process, so not to be waited for
            self._control.close()
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))
        self._process = None

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        paths = os.pathsep.join([str(ROOT), *(path for path in sys.path if path)])
        # -I would ignore PYTHONHASHSEED with the rest of an environment that is ours entirely
        self._process = subprocess.Popen(  # noqa: S603 (nothing in it comes from outside)
            [sys.executable, "-s", "-P", "-B", "-m", "content.rendering.zygote", self.registry],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            env={**ENVIRONMENT, "PYTHONPATH": paths},
            start_new_session=True,  # a Ctrl-C in the terminal is for this process
        )
        theirs.close()
        self._control = ours

    def stop(self) -> None:
        """End the helper, and whatever it does."""
        with self._lock:
            if self._process is not None:
                self._control.close()
                self._process.wait()
                self._process = None

    def _submit(self, limits: Limits) -> tuple[socket.socket, socket.socket]:
        """This side's ends of the sockets of a new job."""
        job, their_job = socket.socketpair()
        status, their_status = socket.socketpair()
        with self._lock, their_job, their_status:
            if self._process is not None and self._process.poll() is not None:
                self._give_up()
            if self._process is None:
                self._start()
            try:
                socket.send_fds(self._control, [limits.packed()], [their_job.fileno(), their_status.fileno()])
            except OSError as error:
                job.close()
                status.close()
                self._give_up()
                raise HelperLost(str(error)) from error
        return job, status

    def _give_up(self) -> None:
        """Of a helper that no longer answers: the next job gets another, even if the kernel still counts this one."""
        assert self._process is not None
        self._control.close()
        self._process.kill()
        self._process.wait()
        self._process = None

    def _once(self, asked: bytes, limits: Limits) -> dict[str, Any]:
        job, status = self._submit(limits)
        with job, status:  # closing them ends the child, if it still runs
            for end in (job, status):
                end.settimeout(limits.wall + GRACE)
            answer = b""
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it died: the status says how
                job.sendall(asked)
                job.shutdown(socket.SHUT_WR)
                answer = _read(job, 2 * limits.output)
            ended = _read(status, 1 << 20)
        if not ended:
            raise HelperLost("no word of how it ended")
        told = json.loads(ended)
        if told["status"] != 0:
            raise _died(told["status"], told["complaint"])
        if not answer:
            raise RenderFailed("crash", "no answer")
        return dict(json.loads(answer))

    def run(self, operation: str, payload: dict[str, Any], *, limits: Limits = LIMITS) -> dict[str, Any]:
        """What the operation makes of the payload, both JSON values. Raises `RenderFailed`."""
        authored = _size_of(payload)
        if authored > limits.text:
            raise RenderFailed("size", f"{authored} characters")
        asked = json.dumps({"operation": operation, "payload": payload}).encode()
        if len(asked) > limits.payload:
            raise RenderFailed("size", f"{len(asked)} bytes")
        with self._places:
            try:
                answer = self._attempt(asked, limits)
            except TimeoutError as error:
                raise RenderFailed("time", "no answer") from error
        if "result" not in answer:
            raise RenderFailed(**answer)
        return dict(answer["result"])

    def _attempt(self, asked: bytes, limits: Limits) -> dict[str, Any]:
        """A helper that was lost is started again: that is its end, not the document's."""
        for _ in range(ATTEMPTS):
            try:
                return self._once(asked, limits)
            except HelperLost as error:
                lost = error
        raise RenderFailed("crash", f"the helper process: {lost}") from lost


def _read(source: socket.socket, most: int) -> bytes:
    """All that the other side writes. Raises RenderFailed beyond `most` bytes."""
    parts: list[bytes] = []
    size = 0
    while part := source.recv(1 << 20):
        parts.append(part)
        size += len(part)
        if size > most:
            raise RenderFailed("size", "output")
    return b"".join(parts)


HELPER = Helper()


def run(operation: str, payload: dict[str, Any], *, limits: Limits = LIMITS) -> dict[str, Any]:
    """What the operation (`operations.OPERATIONS`) makes of the payload, both JSON values. Raises `RenderFailed`."""
    return HELPER.run(operation, payload, limits=limits)
