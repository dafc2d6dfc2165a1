"""The process that jobs are forked from: it has imported what they need, and does nothing itself.

`contained` starts it, with the control socket as standard input. For each job it gets the limits and two sockets: on
the first the child reads what to do and writes what came of it, on the second the zygote says how the child ended.
A closed second socket means that nobody waits any more: the child is killed. A closed control socket means that the
owner is gone: so are its children, and this process.

It has one thread and never compiles: Typst's pool of threads would not survive the fork.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from content.rendering.hardening import die_with, give_up_calls, read_only
from content.rendering.limits import PACKED_SIZE, Limits, impose
from content.rendering.refusals import Refusal

Operation = Callable[[dict[str, Any]], dict[str, Any]]
# what a job may open: its own assets, and modules that are imported late. Not the project, its data, its settings.
READABLE = {
    os.path.dirname(__file__),
    *filter(os.path.isdir, map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib"))),
}
COMPLAINT = 4000  # characters kept of what a child that died wrote to standard error


@dataclass(frozen=True, slots=True)
class Child:
    """A job at work: where its end is told, and the file that its standard error goes to."""

    pid: int
    status: socket.socket
    complaints: IO[bytes]


def read_all(source: socket.socket) -> bytes:
    """What the other side writes until it stops."""
    return b"".join(iter(lambda: source.recv(1 << 20), b""))


def _answer(operations: dict[str, Operation], asked: bytes, limits: Limits) -> dict[str, Any]:
    """What the operation returned, refused or could not do."""
    try:
        question = json.loads(asked)
        result = operations[question["operation"]](question["payload"])
        size = len(json.dumps(result))
    except Refusal as refusal:
        facts = {"kind": type(refusal).__name__, **refusal.facts}
        return {"code": "refused", "detail": refusal.reason, "facts": facts}
    except MemoryError:
        return {"code": "memory", "detail": "MemoryError"}
    except Exception as error:
        told = f"{type(error).__name__}: {error}"[:COMPLAINT]
        return {"code": "memory" if "out of memory" in told.lower() else "crash", "detail": told}
    if size > limits.output:
        return {"code": "size", "detail": f"{size} bytes of output"}
    return {"result": result}


def _work(operations: dict[str, Operation], job: socket.socket, limits: Limits) -> None:
    """In the child: do one job and say what came of it."""
    impose(limits)
    read_only(READABLE)
    answer = _answer(operations, read_all(job), limits)
    job.sendall(json.dumps(answer).encode())


def _fork(
    operations: dict[str, Operation], limits: Limits, job: socket.socket, status: socket.socket
) -> Child:
    complaints = tempfile.TemporaryFile()  # noqa: SIM115 (closed when the child has ended)
    parent = os.getpid()
    pid = os.fork()
    if pid:
        job.close()
        return Child(pid, status, complaints)
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(complaints.fileno(), 2)
        if job.fileno() != 3:
            os.dup2(job.fileno(), 3)
        os.closerange(4, 1 << 20)  # nobody else's sockets
        die_with(parent)
        _work(operations, socket.socket(fileno=3), limits)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}".encode(errors="replace"))
        os._exit(1)
    os._exit(0)


def _tell(child: Child, wait_status: int) -> None:
    """Say how it ended, and what it complained of last."""
    size = child.complaints.seek(0, os.SEEK_END)
    child.complaints.seek(max(0, size - COMPLAINT))
    words = child.complaints.read().decode(errors="replace")
    with contextlib.suppress(OSError):  # nobody listens any more
        child.status.sendall(json.dumps({"status": wait_status, "complaint": words}).encode())
    child.complaints.close()
    child.status.close()


class Zygote:
    """The loop over what happens: a job comes, a child ends, somebody stops waiting."""

    def __init__(self, operations: dict[str, Operation], control: socket.socket) -> None:
        self.operations = operations
        self.control = control
        self.children: dict[int, Child] = {}
        self.selector = selectors.DefaultSelector()
        self.woken, waker = socket.socketpair()
        self.waker = waker
        for end in (self.woken, waker):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker.fileno())
        self.selector.register(control, selectors.EVENT_READ, self.take)
        self.selector.register(self.woken, selectors.EVENT_READ, self.reap)

    def serve(self) -> None:
        """Until the owner is gone."""
        while True:
            for key, _ in self.selector.select():
                key.data()

    def take(self) -> None:
        message, fds, _, _ = socket.recv_fds(self.control, PACKED_SIZE, 2)
        if not message:
            for child in self.children.values():
                os.kill(child.pid, signal.SIGKILL)
            sys.exit()
        job, status = (socket.socket(fileno=fd) for fd in fds)
        child = _fork(self.operations, Limits.unpacked(message), job, status)
        self.children[child.pid] = child
        self.selector.register(status, selectors.EVENT_READ, lambda: self.abandon(child))

    def abandon(self, child: Child) -> None:
        """Nobody waits for it; it is reaped as all are. It may have been a moment ago, by the same round of events."""
        if child.pid not in self.children:
            return
        self.selector.unregister(child.status)
        os.kill(child.pid, signal.SIGKILL)

    def reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self.woken.recv(4096)
        for pid in list(self.children):
            ended, wait_status = os.waitpid(pid, os.WNOHANG)
            if ended:
                child = self.children.pop(pid)
                with contextlib.suppress(KeyError):  # it was abandoned
                    self.selector.unregister(child.status)
                _tell(child, wait_status)


def main(registry: str) -> None:
    """Serve the operations that the module of this name declares."""
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):
        os.dup2(nothing, fd)
    module = importlib.import_module(registry)
    for warm_up in module.WARM_UP:
        warm_up()
    give_up_calls()
    gc.collect()
    gc.freeze()  # the collector would touch, and so copy, every page that is shared with the children
    with tempfile.TemporaryDirectory() as nowhere:  # the working directory of every job is empty
        os.chdir(nowhere)
        Zygote(module.OPERATIONS, control).serve()


if __name__ == "__main__":
    main(sys.argv[1])
