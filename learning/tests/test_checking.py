"""What answers are worth, kind by kind."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from courses.tests.factories import ANSWERS
from learning.checking import Result, check
from learning.tests.factories import RIGHT, WRONG

ABC = [{"id": each, "text": f"Answer {each}"} for each in "abc"]
RIGHT_RESULT = Result(Decimal("2.00"), True)
WRONG_RESULT = Result(Decimal("0.00"), False)


def judge(kind, key, answer, max_points=2):
    options = ABC if kind == "MULTIPLE_CHOICE" else []
    return check(kind=kind, key=key, options=options, answer=answer, max_points=max_points)


def ticked(key, *ids, max_points=2):
    return judge("MULTIPLE_CHOICE", key, {"selected": list(ids)}, max_points)


def written(key, *texts, max_points=2):
    return judge("CODE_COMPLETION", key, {"blanks": list(texts)}, max_points)


def blank(*accepted, **rest):
    return {"blanks": [{"accepted": list(accepted), **rest}]}


@pytest.mark.parametrize("kind", ["MULTIPLE_CHOICE", "TRUE_FALSE", "CODE_COMPLETION"])
def test_a_right_answer_is_worth_all_points_and_a_wrong_one_none(kind):
    assert judge(kind, ANSWERS[kind], RIGHT[kind]) == RIGHT_RESULT
    assert judge(kind, ANSWERS[kind], WRONG[kind]) == WRONG_RESULT


def test_a_free_form_waits_for_a_person():
    assert judge("FREE_FORM", {"sample": ""}, {"text": "Because."}) == Result(None, None)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("MULTIPLE_CHOICE", {"selected": ["z"]}),
        ("MULTIPLE_CHOICE", {"selected": ["a", "a"]}),
        ("MULTIPLE_CHOICE", {"selected": "a"}),
        ("MULTIPLE_CHOICE", {"value": True}),
        ("MULTIPLE_CHOICE", {"selected": ["a"], "score": 2}),
        ("TRUE_FALSE", {"value": "true"}),
        ("TRUE_FALSE", {"value": 1}),
        ("TRUE_FALSE", {"value": None}),
        ("CODE_COMPLETION", {"blanks": ["a", "b"]}),
        ("CODE_COMPLETION", {"blanks": []}),
        ("CODE_COMPLETION", {"blanks": ["\0"]}),
        ("CODE_COMPLETION", {"blanks": ["\ud800"]}),
        ("FREE_FORM", {"text": " \n"}),
        ("FREE_FORM", {"text": "\0"}),
        ("FREE_FORM", []),
        ("FREE_FORM", None),
    ],
)
def test_what_does_not_fit_the_question_is_refused_by_field_without_the_key(kind, answer):
    with pytest.raises(ValidationError) as refused:
        judge(kind, ANSWERS[kind], answer)
    assert list(refused.value.message_dict) == ["answer"]
    assert "total" not in str(refused.value)


def test_by_default_a_choice_is_all_or_nothing():
    key = {"correct": ["a", "b"]}
    assert ticked(key, "b", "a") == RIGHT_RESULT
    assert ticked(key, "a") == ticked(key, "a", "b", "c") == ticked(key) == WRONG_RESULT


def test_a_partial_choice_is_worth_right_minus_wrong():
    key = {"correct": ["a", "b"], "scoring": "PARTIAL"}
    assert ticked(key, "a") == Result(Decimal("1.00"), None)
    assert ticked(key, "a", "b") == RIGHT_RESULT
    assert ticked(key, "a", "b", "c") == Result(Decimal("1.00"), None)
    assert ticked(key, "a", "c") == ticked(key, "c") == ticked(key) == WRONG_RESULT


def test_weights_are_added_and_held_between_nothing_and_all():
    key = {"correct": ["a", "b"], "weights": {"a": 0.7, "b": 0.6, "c": -0.5}}
    assert ticked(key, "a") == Result(Decimal("1.40"), None)
    assert ticked(key, "a", "b") == RIGHT_RESULT
    assert ticked(key, "a", "c") == Result(Decimal("0.40"), None)
    assert ticked(key, "c") == WRONG_RESULT


def test_points_are_rounded_half_up_from_what_was_written():
    key = {"correct": ["a"], "weights": {"a": 0.335}}
    assert ticked(key, "a", max_points=1).score == Decimal("0.34")  # 0.335 is 0.33499… in binary
    thirds = {"correct": ["a", "b", "c"], "weights": {"a": 0.33333, "b": 0.33333, "c": 0.33333}}
    assert ticked(thirds, "a", "b", "c", max_points=1) == Result(Decimal("1.00"), True)


def test_any_other_answer_has_words_of_its_own():
    said = [{"text": "7", "words": "Nearly."}, {"text": "*", "words": "No."}]
    key = blank("9", pattern="0*9", partial=[{"text": "8", "weight": 0.5}], feedback=said)
    answers = ("5", "7", " ", "9", "09", "8")
    assert [written(key, text).feedback for text in answers] == ["No.", "Nearly.", "", "", "", ""]


def test_what_is_said_to_whoever_writes_a_star_that_is_asked_for_is_said_to_nobody_else():
    key = blank("*", feedback=[{"text": "*", "words": "Yes, it multiplies."}])
    assert [written(key, text).feedback for text in "*+"] == ["Yes, it multiplies.", ""]


def test_feedback_goes_with_what_was_ticked_in_the_order_of_the_options():
    key = {"correct": ["a"], "feedback": {"c": "Not c.", "b": "Not b.", "a": "Yes."}}
    assert ticked(key, "c", "b").feedback == "Not b.\n\nNot c."
    truth = {"correct": True, "feedback": {"false": "Look again."}}
    assert judge("TRUE_FALSE", truth, {"value": False}).feedback == "Look again."
    assert judge("TRUE_FALSE", truth, {"value": True}).feedback == ""


@pytest.mark.parametrize("text", ["café\nx", "cafe\u0301\r\nx", "café  \rx\t", "café\nx\n\n"])
def test_the_way_a_text_is_encoded_and_ended_does_not_count(text):
    assert written(blank("café\nx"), text) == RIGHT_RESULT


@pytest.mark.parametrize("text", [" café", "Café", "cafe", "", "  "])
def test_letters_capitals_and_what_stands_in_front_do(text):
    assert written(blank("café"), text) == WRONG_RESULT


def test_capitals_do_not_count_where_the_author_says_so():
    key = {**blank("Straße", pattern="[A-C]+"), "ignore_case": True}
    assert written(key, "STRASSE") == written(key, "abc") == RIGHT_RESULT


def test_each_blank_is_worth_the_same():
    key = {"blanks": [{"accepted": ["x"]}, {"accepted": ["y", "why"]}, {"accepted": ["z"]}]}
    assert written(key, "x", "why", "z") == RIGHT_RESULT
    assert written(key, "x", "", "no") == Result(Decimal("0.67"), None)


def test_a_part_of_a_blank_and_what_is_said_about_it():
    key = blank(
        "i += 1",
        partial=[{"text": "i = 1", "weight": 0.5}, {"text": "i += 2", "weight": 0.25}],
        feedback=[{"text": "i = 1", "words": "It starts again."}],
    )
    assert written(key, "i = 1") == Result(Decimal("1.00"), None, "It starts again.")
    assert written(key, "i += 2").score == Decimal("0.50")


PYTHON = {"language": "python"}


@pytest.mark.parametrize(
    ("accepted", "text"),
    [
        ("a+b", "a + b"),
        ("print( 'a  b' )", "print('a  b')  # done"),
        ("if x:\n    y = 1", "if x :\n  y=1\n"),
        ("f(a,\n  b)", "f(a, b)"),
        ("x = f'{a}'", "x=f'{a}'"),
        ("(a", "(a  "),
    ],
)
def test_python_is_compared_as_the_program_reads_it(accepted, text):
    assert written({**blank(accepted), **PYTHON}, text) == RIGHT_RESULT


@pytest.mark.parametrize(
    ("accepted", "text"),
    [
        ("x = 1", "  x = 1"),
        ("if x:\n    y\n    z", "if x:\n    y\nz"),
        ("'a b'", "'ab'"),
        ("'a'", "'A'"),
        ("f'{a+b}'", "f'{a + b}'"),
        ("'''a\nb'''", "'''a \nb'''"),
        ("a b", "ab"),
        ("not x", "notx"),
        ("(a", "( a"),
        ("x = 1", "# x = 1"),
    ],
)
def test_indentation_and_strings_count_in_python(accepted, text):
    assert written({**blank(accepted), **PYTHON}, text) == WRONG_RESULT


def test_nothing_is_executed(capsys):
    assert written({**blank("x"), **PYTHON}, "print('ran')\n__import__('os').abort()") == WRONG_RESULT
    assert capsys.readouterr().out == ""


def test_a_pattern_has_to_match_the_whole_text():
    key = blank("42", pattern=r"\d+(\.0*)?")
    assert written(key, "43.00") == RIGHT_RESULT
    assert written(key, "about 43") == written(key, "43 or so") == WRONG_RESULT


def test_nothing_written_is_worth_nothing_whatever_the_pattern():
    assert written(blank("x", pattern=".*"), "") == WRONG_RESULT


def test_what_takes_too_long_is_for_a_person_to_judge_but_the_accepted_texts_stand():
    key = blank("ok", pattern="(a|aa)+")
    assert written(key, "a" * 40 + "b") == Result(None, None)
    assert written(key, "ok") == RIGHT_RESULT


def test_a_text_too_long_for_a_pattern_does_not_match_it():
    assert written(blank("x", pattern="a+"), "a" * 2001) == WRONG_RESULT
