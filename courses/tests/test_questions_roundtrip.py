"""What is exported and imported again is the same exercise, whatever stands in it, in both formats."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from courses.questions import FORMATS, Category, Draft, export_question, read_drafts, write_items
from courses.questions.exercises import check

from .question_strategies import exercise_fields

SOME = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def is_valid(fields: dict[str, Any]) -> bool:
    try:
        check(fields)
    except Exception:
        return False
    return True


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", ["MULTIPLE_CHOICE", "CODE_COMPLETION", "TRUE_FALSE", "FREE_FORM"])
@SOME
@given(data=st.data())
def test_an_exercise_comes_back_as_it_went(form: str, kind: str, data: st.DataObject) -> None:
    fields = data.draw(exercise_fields(kind))
    assume(is_valid(fields))
    question, _unseen = export_question(fields, form)
    found = read_drafts(write_items([question], form).encode(), form)
    assert [each.fields for each in found if isinstance(each, Draft)] == [fields]
    assert len(found) == 1


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(many=st.lists(exercise_fields(), min_size=2, max_size=4), name=st.text("abé/:=~#{}\\ ", min_size=1))
def test_exercises_of_one_file_do_not_run_into_each_other(form: str, many: Any, name: str) -> None:
    assume(all(map(is_valid, many)))
    questions = [export_question(fields, form)[0] for fields in many]
    found = read_drafts(write_items([Category(name), *questions], form).encode(), form)
    assert [each.fields for each in found if isinstance(each, Draft)] == many


PLAIN: list[dict[str, Any]] = [
    {
        "kind": "MULTIPLE_CHOICE",
        "options": [{"id": "a", "text": "4"}, {"id": "b", "text": "`5`"}],
        "answer": {"correct": ["b"], "feedback": {"a": "One more."}},
    },
    {
        "kind": "MULTIPLE_CHOICE",
        "options": [{"id": each, "text": each.upper()} for each in "abc"],
        "answer": {"correct": ["a", "b"], "weights": {"a": 0.5, "b": 0.5, "c": -1}},
    },
    {"kind": "TRUE_FALSE", "options": [], "answer": {"correct": True, "feedback": {"false": "It is."}}},
    {
        "kind": "CODE_COMPLETION",
        "options": [],
        "answer": {
            "blanks": [{"accepted": ["n * 2", "2 * n"], "partial": [{"text": "n", "weight": 0.5}]}],
            "ignore_case": True,
        },
    },
    {"kind": "FREE_FORM", "options": [], "answer": {"sample": ""}},
]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("part", PLAIN, ids=lambda part: part["kind"])
def test_what_the_formats_hold_themselves_is_not_noted_beside_the_question(form: str, part: Any) -> None:
    fields = {
        "title": "A title",
        "difficulty": "BEGINNER",
        "prompt": "What is it, `a{1}`?\n\nSay: 1 = 1",
        "explanation": "So it *is*.",
        "points": 1,
        "max_attempts": None,
        **part,
    }
    question, unseen = export_question(fields, form)
    assert (question.annotation, unseen) == (None, None)


@pytest.mark.parametrize("form", FORMATS)
def test_what_other_programs_will_not_see_is_said(form: str) -> None:
    fields = {
        "title": "Two",
        "difficulty": "BEGINNER",
        "prompt": "___ and ___",
        "options": [],
        "explanation": "",
        "kind": "CODE_COMPLETION",
        "answer": {"blanks": [{"accepted": ["a"]}, {"accepted": ["b"]}]},
        "points": 1,
        "max_attempts": None,
    }
    question, unseen = export_question(fields, form)
    assert question.kind == "essay"
    assert unseen is not None
    assert (unseen.code, unseen.value) == ("noted_beside", "Two")


def test_a_note_beside_a_question_that_was_edited_loses_to_the_edit() -> None:
    fields = {
        "title": "",
        "difficulty": "ADVANCED",
        "prompt": "Which?",
        "explanation": "",
        "kind": "MULTIPLE_CHOICE",
        "options": [{"id": "x", "text": "one"}, {"id": "y", "text": "two"}],
        "answer": {"correct": ["y"]},
        "points": 3,
        "max_attempts": 2,
    }
    question, _unseen = export_question(fields, "gift")
    edited = write_items([question], "gift").replace("=two", "=three")
    (found,) = read_drafts(edited.encode(), "gift")
    assert isinstance(found, Draft)
    assert [option["text"] for option in found.fields["options"]] == ["one", "three"]
    assert (found.fields["points"], found.fields["difficulty"], found.fields["max_attempts"]) == (
        3,
        "ADVANCED",
        2,
    )
    assert [note.code for note in found.notes] == ["lost_outdated"]
