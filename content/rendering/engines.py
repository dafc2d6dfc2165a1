"""What everything that renders is called, and which version of it this is."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

_HERE = Path(__file__).parent
_SET_BY = ("typst", "quickjs", "markdown-it-py", "nh3")


@cache
def engines() -> dict[str, str]:
    """{name: version}. What is not installed but lies in this package is known by its fingerprint: `fonts`, `temml`,
    and `layout`, which are the writers themselves."""
    return {
        **{name: version(name) for name in _SET_BY},
        "fonts": _fingerprint(_HERE / "fonts", {".otf", ".woff2"}),
        "temml": _fingerprint(_HERE / "vendor", {".js"}),
        "layout": _fingerprint(_HERE, {".py", ".typ", ".css"}),
    }


def _fingerprint(folder: Path, suffixes: set[str]) -> str:
    """The beginning of a SHA-256 over the names and contents of the files that end so."""
    digest = hashlib.sha256()
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in suffixes}
    for name in sorted(names):
        digest.update(f"{name} {hashlib.sha256((folder / name).read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:16]
