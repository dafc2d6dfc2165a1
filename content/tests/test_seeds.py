"""The seeded templates and bricks go together; that they load and hold is in the kernel's test of the seeds."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from config.base.management.commands.demo import seed_files
from content.hashing import TEXT_FIELDS, text_sha256

ROWS = [row for path in seed_files() for row in json.loads(path.read_text(encoding="utf-8"))]


def of(label: str) -> list[dict[str, Any]]:
    return [row["fields"] for row in ROWS if row["model"] == label]


TEMPLATES = of("content.contenttemplate")
FIGURES = {figure["name"] for figure in of("content.contentfigure")}
BRICKS = [brick for brick in of("content.contentbrick") if brick.get("status") == "PUBLISHED"]


def test_there_is_a_worksheet_a_revision_sheet_and_an_exam():
    assert {each["document_type"] for each in TEMPLATES} == {"WORKSHEET", "REVISION_SHEET", "EXAM"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each["slug"])
def test_the_seeded_bricks_fill_every_slot_of_a_template_for_some_class(template):
    classes = {(brick["subject"][0], brick["level"]) for brick in BRICKS}
    assert [each for each in sorted(classes) if fills(each, template["slots"])]


def fills(class_: tuple[str, str], slots: list[dict[str, Any]]) -> bool:
    """Slot after slot, the bricks that fit and that no slot before has taken; a family counts once."""
    taken: set[str] = set()
    stock = [brick for brick in BRICKS if (brick["subject"][0], brick["level"]) == class_]
    for slot in slots:
        fitting = [
            brick.get("family") or brick["slug"]
            for brick in sorted(stock, key=lambda brick: brick["slug"])
            if brick["kind"] == slot["kind"]
            and slot["difficulty_min"] <= brick["difficulty"] <= slot["difficulty_max"]
        ]
        chosen = [each for each in dict.fromkeys(fitting) if each not in taken][: slot["count"]]
        if len(chosen) < slot["count"]:
            return False
        taken.update(chosen)
    return True


def test_every_published_brick_is_seeded_with_its_text_as_its_latest_version():
    versions = sorted(of("content.brickversion"), key=lambda version: version["number"])
    latest = {version["brick"][0]: version for version in versions}
    for brick in BRICKS:
        text = {name: brick.get(name, "") for name in TEXT_FIELDS}
        pinned = latest[brick["slug"]]
        assert {name: pinned.get(name, "") for name in TEXT_FIELDS} == text, brick["slug"]
        assert pinned["sha256"] == text_sha256(**text), brick["slug"]
    assert not [slug for slug, number in Counter(each["slug"] for each in BRICKS).items() if number > 1]


def test_every_seeded_figure_is_seen_in_some_brick_and_described_wherever_it_is():
    seen = [
        found
        for version in of("content.brickversion")
        for name in ("body", "answer")
        for found in re.findall(r"!\[([^\]]*)\]\(figure:([^)]*)\)", version.get(name, ""))
    ]
    assert {name for _words, name in seen} == FIGURES
    assert all(len(words) > 40 for words, _name in seen), "a description tells what is to be seen"


@pytest.mark.parametrize("level", ["TROISIEME", "SECONDE"])
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each["slug"])
def test_mathematics_have_enough_bricks_for_two_documents_without_a_repeat(template, level):
    twice = [{**slot, "count": 2 * slot["count"]} for slot in template["slots"]]
    assert fills(("mathematiques", level), twice)


def test_a_worked_example_shows_its_solution_to_the_student():
    hidden = [brick["slug"] for brick in BRICKS if brick["kind"] == "EXAMPLE" and brick.get("answer")]
    assert not hidden
