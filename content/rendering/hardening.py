"""What a process gives up for good, as far as the system lets somebody without privileges do it.

All of it comes on top of the limits and of what the libraries refuse by themselves: where a kernel lacks one of
these (they are Linux's), the others hold. Nothing here asks for root, a container or a name space.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys
from collections.abc import Iterable

_SET_PDEATHSIG, _SET_SECCOMP, _SET_NO_NEW_PRIVS = 1, 22, 38

# landlock(7); its calls have the same number on every architecture
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ = 1 << 2 | 1 << 3  # files and directories
_VERSION = 1
_BENEATH = 1

# audit(7) names the architecture, and each counts its calls differently
_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_FORBIDDEN = {
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "io_uring_setup": (425, 425),  # it opens files and sockets behind the filter's back
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "keyctl": (250, 219),
}
_ALLOW, _ERRNO, _OTHER_TABLE = 0x7FFF0000, 0x00050000, 0x40000000
_NOT_PERMITTED = 1


def _prctl(option: int, value: int, argument: object = 0) -> None:
    """Ask the kernel; where it is not Linux, or refuses, there is nothing to be done about it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, argument, 0, 0)


def die_with(parent: int) -> None:
    """Be killed when the process `parent` ends, which has forked this one and has a single thread."""
    _prctl(_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before
        os._exit(1)


def give_up_calls() -> None:
    """No socket to anywhere, no other program, no look into other processes, from here on and in every child."""
    _prctl(_SET_NO_NEW_PRIVS, 1)
    if platform.machine() not in _ARCHITECTURES:
        return
    architecture, column = _ARCHITECTURES[platform.machine()]
    numbers = [call[column] for call in _FORBIDDEN.values()]

    def step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
        return struct.pack("HBBI", code, then, otherwise, value)

    load, equal, at_least, end = 0x20, 0x15, 0x35, 0x06
    # every test that holds jumps over the rest of them and over "allow"
    program = [
        step(load, 4),
        step(equal, architecture, 0, len(numbers) + 3),  # another architecture counts differently
        step(load, 0),
        step(at_least, _OTHER_TABLE, len(numbers) + 1),
        *(step(equal, number, len(numbers) - index) for index, number in enumerate(numbers)),
        step(end, _ALLOW),
        step(end, _ERRNO | _NOT_PERMITTED),
    ]
    code = ctypes.create_string_buffer(b"".join(program))
    filters = ctypes.create_string_buffer(struct.pack("HL", len(program), ctypes.addressof(code)))
    _prctl(_SET_SECCOMP, 2, filters)


def landlock() -> int:
    """The version that the kernel has; 0 or less without."""
    if sys.platform != "linux":
        return 0
    return int(ctypes.CDLL(None).syscall(_CREATE_RULESET, None, 0, _VERSION))


def read_only(folders: Iterable[str]) -> bool:
    """Open nothing but the files below these folders, and those for reading; no TCP, no signals to others.

    False where the kernel cannot do it. Wants `give_up_calls` first.
    """
    version = landlock()
    if version < 1:
        return False
    call = ctypes.CDLL(None).syscall
    files = (1 << 13) - 1 | (version >= 2) << 13 | (version >= 3) << 14 | (version >= 5) << 15
    attributes = struct.pack("QQQ", files, 0b11 if version >= 4 else 0, 0b11 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = call(_CREATE_RULESET, attributes, size, 0)
    for folder in folders:
        descriptor = os.open(folder, os.O_PATH)
        call(_ADD_RULE, rules, _BENEATH, struct.pack("=Qi", _READ, descriptor), 0)
        os.close(descriptor)
    done = call(_RESTRICT_SELF, rules, 0) == 0
    os.close(rules)
    return done
