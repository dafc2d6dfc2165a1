"""How much one job may take: far above what both copies of a document take (ten pages: 0.2 s, 0.3 GB of addresses,
0.6 MB)."""

from __future__ import annotations

import resource
import signal
import struct
from dataclasses import astuple, dataclass

MEBIBYTE = 1024 * 1024
_FORMAT = struct.Struct("!6Q")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes. `memory` is address space on top of what the process that is forked has mapped already;
    `text` what was authored, in all copies together, figures left out; `payload` and `output` what crosses the
    border."""

    wall: int = 10
    cpu: int = 10
    memory: int = 1024 * MEBIBYTE
    text: int = 4 * MEBIBYTE
    payload: int = 128 * MEBIBYTE
    output: int = 100 * MEBIBYTE

    def packed(self) -> bytes:
        """As `PACKED_SIZE` bytes; `unpacked` is the way back."""
        return _FORMAT.pack(*astuple(self))

    @classmethod
    def unpacked(cls, packed: bytes) -> Limits:
        return cls(*_FORMAT.unpack(packed))


PACKED_SIZE = _FORMAT.size
LIMITS = Limits()


def _mapped() -> int:
    """Bytes of address space that this process has; nothing where the system does not say."""
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def impose(limits: Limits) -> None:
    """Hold this process to them from here on, by the kernel: it works inside compiled code too.

    SIGALRM ends it when the wall clock is up, SIGXCPU when the processor time is (a second later SIGKILL does).
    """
    for signum in (signal.SIGALRM, signal.SIGXCPU):
        signal.signal(signum, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits.wall)
    for what, soft, hard in (
        (resource.RLIMIT_CPU, limits.cpu, limits.cpu + 1),
        (resource.RLIMIT_AS, _mapped() + limits.memory, _mapped() + limits.memory),
        (resource.RLIMIT_FSIZE, MEBIBYTE, MEBIBYTE),  # only what it complains of is written, to a file
        (resource.RLIMIT_NOFILE, 64, 64),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(what, (soft, hard))
