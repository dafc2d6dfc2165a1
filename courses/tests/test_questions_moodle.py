"""Moodle XML: what its kinds become, where they stand, and what a hostile file does."""

from __future__ import annotations

from typing import Any

import pytest

from courses.questions import (
    Draft,
    Question,
    QuestionFileError,
    Skipped,
    read_drafts,
    read_items,
    write_items,
)

from .questions_reference import FILES

HEAD = "<?xml version='1.0' encoding='UTF-8'?>\n<quiz>\n"


def drafts(body: str) -> list[Draft | Skipped]:
    return read_drafts(f"{HEAD}{body}</quiz>".encode(), "moodle-xml")


def real(name: str) -> list[dict[str, Any]]:
    found = read_drafts((FILES / "moodle-xml" / name).read_bytes(), "moodle-xml")
    return [item.fields for item in found if isinstance(item, Draft)]


def test_the_real_essays_become_free_forms_and_say_what_they_lose():
    found = read_drafts((FILES / "moodle-xml" / "essayRef.xml").read_bytes(), "moodle-xml")
    first, second = found
    assert isinstance(first, Draft)
    assert isinstance(second, Draft)
    assert first.fields["title"] == "Essay question"
    assert first.fields["prompt"] == "Write a short essay about your favorite SQL statement."
    assert first.fields["answer"]["rubric"].startswith("I'll say it twice")
    assert first.fields["explanation"] == "This is a general feedback for the question."
    assert second.fields["answer"] == {"sample": ""}
    codes = [note.code for note in first.notes]
    assert codes == ["lost_responsetemplate", "lost_attachments", "lost_wordlimit"]
    assert (first.line, second.line) == (3, 34)


def test_the_real_choices_keep_their_fractions_and_feedback():
    plain, weighed = real("multiple-choiceRef.xml")
    assert plain["answer"] == {"correct": ["a"]}
    assert [option["text"] for option in plain["options"]] == [
        "Correct answer 1",
        "Wrong answer 1",
        "Wrong answer 2",
    ]
    assert weighed["answer"]["weights"] == {"a": 1, "b": 0.5, "c": -1}
    assert weighed["answer"]["feedback"]["b"] == "Feedback for option 2"


def test_the_real_truths_are_told_by_their_fractions_not_by_their_order():
    found = real("true-falseRef.xml")
    assert [fields["answer"]["correct"] for fields in found] == [False, True, False]
    assert found[0]["answer"]["feedback"] == {"true": "Wrong feedback", "false": "Correct feedback"}


SHORT = """<question type="shortanswer"><name><text>n</text></name><questiontext format="markdown"><text>*Q*?</text>
</questiontext><defaultgrade>2.0000000</defaultgrade><usecase>1</usecase>
<answer fraction="100"><text>yes</text><feedback><text>Right.</text></feedback></answer>
<answer fraction="50"><text>y</text></answer></question>"""


def test_a_short_answer_keeps_case_points_and_shares():
    (found,) = drafts(SHORT)
    assert isinstance(found, Draft)
    assert found.fields["prompt"] == "*Q*?"
    assert found.fields["points"] == 2
    assert found.fields["answer"] == {
        "blanks": [
            {
                "accepted": ["yes"],
                "partial": [{"text": "y", "weight": 0.5}],
                "feedback": [{"text": "yes", "words": "Right."}],
            }
        ]
    }


@pytest.mark.parametrize("kind", ["cloze", "matching", "description", "ddwtos", "calculated", "random"])
def test_other_kinds_are_skipped_with_their_line(kind):
    one = f'<question type="{kind}"><name><text>N</text></name><questiontext><text>t</text></questiontext></question>'
    found = drafts(f"\n{one}\n{SHORT}")
    assert isinstance(found[0], Skipped)
    assert (found[0].line, found[0].kind, found[0].code, found[0].value) == (4, kind, "kind", "N")
    assert isinstance(found[1], Draft)


@pytest.mark.parametrize(
    "inside",
    [
        '<file name="map.png" encoding="base64">iVBORw0KGgo=</file>',
        "<text>see @@PLUGINFILE@@/map.png</text>",
        '<text>&lt;img src="data:image/png;base64,iVBO"&gt;</text>',
    ],
)
def test_a_question_with_files_in_it_is_skipped_and_names_them(inside):
    (found,) = drafts(
        f'<question type="essay"><questiontext format="html">{inside}</questiontext></question>'
    )
    assert isinstance(found, Skipped)
    assert found.code == "embedded_files"
    assert "map.png" in found.message or "data:image/png" in found.message


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (SHORT.replace('"50"', '"much"'), "number"),
        (SHORT.replace('"50"', '"500"'), "weight"),
        (SHORT.replace('"50"', '"-50"'), "negative_answer"),
        (SHORT.replace("shortanswer", "truefalse"), "not_true_false"),
        (SHORT.replace("*Q*?", ""), "invalid"),
    ],
)
def test_one_bad_question_is_skipped_and_says_why(question, code):
    found = drafts(question + SHORT)
    assert isinstance(found[0], Skipped)
    assert found[0].code == code
    assert isinstance(found[1], Draft)


BOMB = """<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<quiz><question type="essay"><questiontext><text>&b;</text></questiontext></question></quiz>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<quiz><question type="essay"><questiontext><text>&x;</text></questiontext></question></quiz>"""
DTD = '<?xml version="1.0"?><!DOCTYPE quiz SYSTEM "http://example.org/evil.dtd"><quiz/>'


@pytest.mark.parametrize("hostile", [BOMB, OUTSIDE, DTD], ids=["bomb", "external", "dtd"])
def test_a_file_that_declares_entities_is_refused(hostile):
    with pytest.raises(QuestionFileError, match="entities") as refused:
        read_items(hostile.encode(), "moodle-xml")
    assert refused.value.code == "unsafe_xml"


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"<quiz><question></quiz>", "not_xml", "line 1"),
        (b"<html/>", "not_moodle", "<html>"),
        (b"Which?{=a}", "not_xml", "not well-formed"),
        ("<quiz>Où</quiz>".encode("latin-1"), "encoding", "UTF-8"),
        (b"<?xml version='1.0' encoding='no-such'?><quiz/>", "not_xml", "not well-formed"),
        (b"  ", "empty", "empty"),
    ],
)
def test_a_file_that_is_not_moodle_xml_is_refused_with_the_reason(data, code, words):
    with pytest.raises(QuestionFileError, match=words) as refused:
        read_items(data, "moodle-xml")
    assert refused.value.code == code


def test_a_declared_encoding_is_followed():
    question = "<question type='essay'><name><text>Où</text></name></question>"
    text = f"<?xml version='1.0' encoding='ISO-8859-1'?><quiz>{question}</quiz>"
    (found,) = read_items(text.encode("latin-1"), "moodle-xml")
    assert isinstance(found, Question)
    assert found.title == "Où"


@pytest.mark.parametrize("path", sorted((FILES / "moodle-xml").glob("*.xml")), ids=lambda path: path.stem)
def test_what_was_read_is_written_as_it_was_read(path):
    def bare(items):
        return [
            {**vars(item), "line": 0, "lost": (), "category": None}
            for item in items
            if isinstance(item, Question)
        ]

    items = [item for item in read_items(path.read_bytes(), "moodle-xml") if not isinstance(item, Skipped)]
    again = read_items(write_items(items, "moodle-xml").encode(), "moodle-xml")
    assert bare(again) == bare(items)


def test_a_feedback_of_nothing_but_openings_takes_no_longer_than_any_other():
    feedback = f"<correctfeedback><text><![CDATA[{'<' * 1_000_000}]]></text></correctfeedback>"
    asked = "<questiontext><text>So?</text></questiontext>"
    (found,) = drafts(f'<question type="essay">{asked}{feedback}</question>')
    assert isinstance(found, Draft)


def test_questions_within_a_question_take_no_longer_than_one():
    assert len(drafts('<question type="essay">' * 50_000 + "</question>" * 50_000)) == 1
