"""The house's own rules, held by tests: sizes, names, requirements, the README's commands."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
MAX_LINES = 300
TOP_LEVEL = {
    *("manage.py", "pytest.ini", "README.md", "requirements", "fixtures", "templates", "config"),
    *("accounts", "courses", "learning", "content", "crm"),
}
# Written by a tool, or data: nobody reads them from top to bottom.
UNMEASURED = {".po", ".mo", ".json", ".txt", ".csv", ".gz", ".png", ".svg", ".woff2", ".otf", ".ico"}
LEFT_BEHIND = {
    *(".git", ".venv", ".data", ".env", ".hypothesis", "__pycache__"),
    *(".coverage", "htmlcov", "schemathesis-report"),
}
APPS = [
    name
    for name in ("config/base", "accounts", "courses", "learning", "content", "crm")
    if (ROOT / name).is_dir()
]


def project_files(folder: Path = ROOT) -> list[Path]:
    """Every file of the project: what a run, a tool or an environment leaves behind is not of it."""
    files: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.name in LEFT_BEHIND or (path.is_dir() and path.name.endswith("_cache")):
            continue
        files += project_files(path) if path.is_dir() else [path]
    return files


def section(heading: str) -> str:
    """Return the text below a heading of the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"README.md has no heading « ## {heading} »"
    return found[1]


def test_no_file_is_longer_than_300_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in project_files()
        if path.suffix not in UNMEASURED
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }
    assert not long


def test_nothing_is_added_to_the_visible_top_level() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in project_files()}
    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize(
    "name",
    [
        *(".gitignore", ".env.example", ".ruff.toml", ".mypy.ini", ".coveragerc", ".importlinter"),
        *(".ci/run", ".github/workflows/ci.yml"),
    ],
)
def test_hidden_files_are_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_migrations_say_what_they_do() -> None:
    names = [path for app in APPS for path in (ROOT / app / "migrations").glob("[0-9]*.py")]
    assert names
    for path in names:
        assert re.fullmatch(r"\d{4}_[a-z][a-z0-9_]*", path.stem), path
        assert "_auto_" not in path.stem, f"{path} says nothing"


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 250


@pytest.mark.parametrize(("heading", "does"), [("Run it", "manage.py demo"), ("Test it", "-m pytest")])
def test_readme_has_each_command_on_one_line(heading: str, does: str) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", section(heading), re.MULTILINE | re.DOTALL)
    assert blocks
    assert len(blocks[0].splitlines()) == 1
    assert does in blocks[0]
    assert "--require-hashes" in blocks[0]


def test_readme_names_only_files_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(
        re.findall(r"`((?:config|accounts|courses|fixtures|templates|requirements|\.ci)/[\w./-]*)`", text)
    )
    assert named
    assert not {name for name in named if not (ROOT / name).exists()}


@pytest.mark.parametrize("name", ["base", "dev", "production"])
def test_requirements_are_pinned_with_hashes_and_name_no_index(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(
        r"^\s*(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b", text, re.MULTILINE
    )
    pins = re.findall(r"^([A-Za-z0-9._-]+)(==\S+)? ?(\\\n +--hash=sha256:)?", text, re.MULTILINE)
    assert len(pins) > 10
    assert not [pin for pin in pins if not (pin[1] and pin[2])]


@pytest.mark.parametrize("name", ["base", "dev", "production"])
def test_requirements_hold_what_their_source_asks_for(name: str) -> None:
    asked = (ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8")
    wanted = {
        word.lower().replace("_", "-") for word in re.findall(r"^[A-Za-z][A-Za-z0-9_-]*", asked, re.MULTILINE)
    }
    compiled = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert wanted <= set(re.findall(r"^([a-z0-9-]+)==", compiled, re.MULTILINE))
