"""Operations that misbehave in every way, for the tests of what contains them."""

import json
import os
import signal
import socket
import time

import quickjs
import typst

from content.rendering.refusals import Refusal


class TestRefused(Refusal):
    """A refusal with facts of its own."""


def refuse(payload):
    raise TestRefused("not like this", position=7)


def spin(payload):
    while True:
        pass


def sleep(payload):
    time.sleep(3600)


def hoard(payload):
    kept = []
    while True:
        kept.append(bytearray(1 << 24))


def die(payload):
    os.kill(os.getpid(), getattr(signal, payload["signal"]))
    return {}


def leave(payload):
    os._exit(0)


def fail(payload):
    raise ValueError("a mistake of ours")


def recurse(payload):
    value = [[]]
    for _ in range(100000):
        value = [value]
    return json.loads(json.dumps(value))


def compile_typst(payload):
    pdf = typst.Compiler(payload["source"].encode()).compile(format="pdf")
    return {"size": len(pdf)}


def javascript(payload):
    return {"value": quickjs.Context().eval(payload["source"])}


def overflow(payload):
    return {"text": "x" * payload["size"]}


def read(payload):
    with open(payload["path"]) as file:
        return {"text": file.read()}


def write(payload):
    with open(payload["path"], "w") as file:
        return {"written": file.write("x")}


def connect(payload):
    socket.create_connection(("127.0.0.1", payload["port"]), timeout=2)
    return {}


def execute(payload):
    return {"status": os.spawnv(os.P_WAIT, "/bin/true", ["true"])}


def signal_parent(payload):
    os.kill(os.getppid(), signal.SIGTERM)
    return {}


def is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def where(payload):
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "environment": dict(os.environ),
        "descriptors": [number for number in range(64) if is_open(number)],
    }


OPERATIONS = {
    operation.__name__: operation
    for operation in (
        *(refuse, spin, sleep, hoard, die, leave, fail, recurse, compile_typst, javascript, overflow),
        *(read, write, connect, execute, signal_parent, where),
    )
}
OPERATIONS["echo"] = lambda payload: payload
WARM_UP = []
