"""French is complete, and what is compiled is what is written. A fresh machine has no gettext: Babel reads instead."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings
from django.utils.translation.template import templatize
from django.utils.translation.trans_real import translation

ROOT: Path = settings.BASE_DIR
# What marks a string, and which argument is what: (1, 2) singular and plural, "c" a context.
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}


def own_folders() -> list[Path]:
    homes = (ROOT, ROOT / "config")
    return [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent in homes]


def sources() -> list[Path]:
    """Where marked strings are: the apps, the composition root round the kernel, the project's templates."""
    folders = {ROOT / folder.relative_to(ROOT).parts[0] for folder in own_folders()}
    return sorted(folders | {ROOT / "templates"})


def catalogues() -> list[Path]:
    return sorted(path for folder in own_folders() for path in folder.glob("locale/*/LC_MESSAGES/*.po"))


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("source", catalogues(), ids=relative)
def test_compiled_catalogue_is_current(source: Path) -> None:
    with source.open("rb") as file:
        written = read_po(file)
    with source.with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)
    said = [m for m in written if m.id and not m.fuzzy and _translated(m.string)]
    assert _content(said) == _content(m for m in compiled if m.id)


@pytest.mark.parametrize("source", catalogues(), ids=relative)
def test_catalogue_has_no_gap(source: Path) -> None:
    with source.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    assert not [message.id for message in messages if message.fuzzy or not _translated(message.string)]


@pytest.mark.parametrize("folder", sources(), ids=relative)
def test_every_marked_string_is_translated_to_french(folder: Path) -> None:
    french = translation("fr")._catalog  # type: ignore[attr-defined]
    missing = {
        f"{relative(path)}:{line}: {message}"
        for path, line, message, key in marked_strings(folder)
        if key not in french and (key, 0) not in french
    }
    assert not missing


def marked_strings(folder: Path) -> Iterator[tuple[Path, int, str, str]]:
    """Yield every string a file marks, with its key in a catalogue."""
    for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.html"), *folder.rglob("*.txt")]):
        if {"tests", "migrations"} & set(path.relative_to(folder).parts):
            continue
        text = path.read_text(encoding="utf-8")
        # Django's own first half of makemessages: a template as the calls that its tags make.
        source = text if path.suffix == ".py" else _as_python(text, path)
        for line, message, _comments, context in extract("python", BytesIO(source.encode()), KEYWORDS):
            single = message if isinstance(message, str) else message[0]
            yield path, line, single, f"{context}\x04{single}" if context else single


def _as_python(template: str, path: Path) -> str:
    """The calls that a template's tags make, without its indentation, which is not Python's."""
    return "\n".join(line.strip() for line in templatize(template, origin=str(path)).splitlines())


def _content(messages: Iterable[Message]) -> dict[tuple[str | None, str], str]:
    """What each message says; the singular stands for a plural's two ids, which the readers keep differently."""
    return {
        (_text(message.context), message.id if isinstance(message.id, str) else message.id[0]): repr(
            message.string if isinstance(message.string, str) else list(message.string)
        )
        for message in messages
    }


def _text(context: str | bytes | None) -> str | None:
    """Babel reads the contexts of a compiled catalogue as bytes."""
    return context.decode() if isinstance(context, bytes) else context


def _translated(string: str | list[str] | tuple[str, ...] | None) -> bool:
    return bool(string) and all(string)
