"""The same sheet gives the same bytes, and nothing of the answers is in the student's."""

import hashlib
import json
import os
import random
import subprocess
import sys
import zlib
from base64 import b64decode
from dataclasses import replace

import pytest

from content.rendering.maths import convert
from content.rendering.outline import tree_of
from content.rendering.sheet import copies_operation, render, render_operation
from content.rendering.values import Section, sheet_of

from .sheets import image, part, reader, sheet, text_of

BODY = """1. Lis $\\dfrac{1}{2}$ !
2. ![Carré](figure:carre) et ![Rond](figure:rond)

| a | b |
|---|---|
| 1 | « 2 » |
"""
PROGRAM = """
import hashlib, json, sys
from content.rendering.sheet import render
from content.rendering.values import sheet_of
made = render(sheet_of(json.load(sys.stdin)))
print(hashlib.sha256(made.pdf).hexdigest(), hashlib.sha256(made.html.encode()).hexdigest())
"""


def example(**changes):
    images = {
        "carre": image(),
        "rond": image('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    }
    return sheet(
        part(BODY, source="Un livre", answer="Oui."),
        part("Autre"),
        variant="TEACHER",
        images=images,
        **changes,
    )


def hashes(made):
    return f"{hashlib.sha256(made.pdf).hexdigest()} {hashlib.sha256(made.html.encode()).hexdigest()}"


@pytest.mark.parametrize(
    ("zone", "seed", "locale"),
    [
        ("UTC", "0", "C"),
        ("Pacific/Kiritimati", "1", "fr_FR.UTF-8"),
        ("America/Los_Angeles", "random", "C.UTF-8"),
    ],
)
def test_other_processes_zones_and_locales_give_the_same_bytes(zone, seed, locale):
    environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": locale, "PYTHONUTF8": "1"}
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(example().as_payload()),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == hashes(render(example()))


def shuffled(value):
    """The same JSON, its keys in another order: so a manifest comes back from the database."""
    if isinstance(value, dict):
        keys = list(value)
        random.Random(7).shuffle(keys)
        return {key: shuffled(value[key]) for key in keys}
    return [shuffled(item) for item in value] if isinstance(value, list | tuple) else value


def test_the_order_of_keys_changes_nothing():
    payload = json.loads(json.dumps(shuffled(example().as_payload())))
    assert hashes(render(sheet_of(payload))) == hashes(render(example()))


def test_the_moment_is_the_only_clock():
    later = render(example(rendered_at="2026-11-23T00:00:00+00:00"))
    assert later.pdf != render(example()).pdf
    assert later.html == render(example()).html


def alone(payload):
    """The copy, made as the first thing that a process does, as far as this process can forget."""
    for kept in (convert, tree_of):
        kept.cache_clear()
    return render_operation(payload)


@pytest.mark.parametrize("first", ["STUDENT", "TEACHER"])
def test_copies_made_together_are_what_each_is_alone(first):
    teachers = example(
        sections=(Section("", (part(BODY, answer=f"Zanzibar, {BODY}"), part("Autre", answer="Oui."))),)
    )
    without = tuple(replace(each, answer="") for each in teachers.sections[0].parts)
    students = replace(teachers, variant="STUDENT", sections=(Section("", without),))
    sheets = sorted([students, teachers], key=lambda each: each.variant != first)
    payloads = [each.as_payload() for each in sheets]
    together = copies_operation({"sheets": payloads})["copies"]
    assert together == [alone(payload) for payload in payloads]
    made = dict(zip([each.variant for each in sheets], together, strict=True))
    assert "Zanzibar" in made["TEACHER"]["html"] and "Zanzibar" not in made["STUDENT"]["html"]
    assert b"Zanzibar" not in everything_in(b64decode(made["STUDENT"]["pdf"]))


def everything_in(pdf):
    """The file, and whatever its compressed streams hold."""
    found = [pdf]
    for piece in pdf.split(b"stream\n")[1:]:
        try:
            found.append(zlib.decompressobj().decompress(piece))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_nothing_of_the_answers_is_in_the_students_bytes():
    teachers = render(sheet(part("Question", answer="Zanzibar")))
    assert "Zanzibar" in text_of(teachers.pdf) and "Zanzibar" in teachers.html
    students = render(sheet(part("Question")))
    everything = everything_in(students.pdf)
    for hidden in ("Zanzibar", "Corrigé"):
        assert hidden not in students.html
        assert hidden not in text_of(students.pdf)
        assert hidden.encode() not in everything
        assert hidden.encode("utf-16-be") not in everything
        assert hidden.encode("utf-16-be").hex().upper().encode() not in everything
    assert not reader(students.pdf).attachments
