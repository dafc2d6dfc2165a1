"""GIFT beyond the real files: every sign of the format, and what is wrong in a file."""

from __future__ import annotations

from decimal import Decimal

import pytest

from courses.questions import Draft, QuestionFileError, Skipped, read_drafts, read_items
from courses.questions.gift_reader import read_gift
from courses.questions.gift_writer import write_gift
from courses.questions.model import MAX_BYTES, MAX_QUESTIONS, Category, Question, Text

from .questions_reference import FILES


def one(text: str) -> Question:
    (item,) = read_gift(text)
    assert isinstance(item, Question), item
    return item


def exercise(text: str) -> dict:
    (found,) = read_drafts(text.encode(), "gift")
    assert isinstance(found, Draft), found
    return found.fields


def skipped(text: str) -> Skipped:
    (found,) = read_drafts(text.encode(), "gift")
    assert isinstance(found, Skipped), found
    return found


def test_lines_are_counted_past_comments_and_blank_lines():
    items = read_gift("// a\n\n\n// b\nOne?{T}\n  \n//c\n\nTwo?{F}\n")
    assert [(item.line, item.stem.text) for item in items] == [(5, "One?"), (9, "Two?")]


def test_a_comment_may_stand_among_the_answers_and_a_blank_line_too():
    question = one("Which?{\n  // not this\n  ~a\n\n  =b\n}")
    assert [choice.text.text for choice in question.choices] == ["a", "b"]


@pytest.mark.parametrize(
    "broken", ["Broken {~a =b", "Broken {~a\n\n~c", "::no end {T}", "{=a} and {=b}", "x{y =a}"]
)
def test_one_bad_question_does_not_take_its_neighbours_with_it(broken):
    found = read_gift(f"First?{{T}}\n\n{broken}\n\nLast?{{F}}\n\n::Titled:: Very last?{{F}}\n")
    kinds = [type(item) for item in found]
    assert kinds[0] is kinds[-1] is kinds[-2] is Question
    assert Skipped in kinds
    assert next(item for item in found if isinstance(item, Skipped)).line == 3


def test_a_missing_blank_line_before_a_title_is_forgiven():
    items = read_gift("::A::x{T}\n::B::y{F}\n$CATEGORY: c\n::C::z{T}")
    assert [item.title for item in items if isinstance(item, Question)] == ["A", "B", "C"]


def test_every_escape_is_undone_and_any_other_backslash_stays():
    assert one(r"\~ \= \# \{ \} \: \\ a\nb \frac \( {T}").stem.text == "~ = # { } : \\ a\nb \\frac \\("


def test_categories_hold_for_what_follows():
    items = read_gift("A?{T}\n\n// [id:loops]\n$CATEGORY: $course$/top/Loops//while\n\nB?{T}")
    assert items[1] == Category("$course$/top/Loops//while", 5 - 1, idnumber="loops")
    assert items[0].category is None
    assert items[2].category.name == "Loops/while"


def test_moodles_own_order_of_feedbacks_is_known_by_its_heading():
    moodle = one("// question: 12  name: Grant\n::Grant::x{TRUE#You err.#You are right.}")
    assert (moodle.true_feedback, moodle.false_feedback) == (Text("You are right."), Text("You err."))
    plain = one("x{TRUE#You are right.#You err.}")
    assert (plain.true_feedback, plain.false_feedback) == (Text("You are right."), Text("You err."))


def test_one_of_several_right_answers_is_worth_all_and_ticking_everything_is_not():
    answer = exercise("Which?{=a =b ~c ~%50%d}")["answer"]
    assert answer == {"correct": ["a", "b", "d"], "weights": {"a": 1, "b": 1, "c": -1, "d": 0.5}}


def test_options_beyond_the_alphabet_have_ids_of_their_own():
    fields = exercise("Which?{=right " + " ".join(f"~{number}" for number in range(40)) + "}")
    ids = [option["id"] for option in fields["options"]]
    assert (ids[:2], ids[25:28]) == (["a", "b"], ["z", "aa", "ab"])
    assert len(set(ids)) == 41


def test_a_star_stands_for_anything_and_an_escaped_one_for_itself():
    blank = exercise(r"Where?{=*Paris* =a \\* b =%0%*#No.}")["answer"]["blanks"][0]
    assert blank["accepted"] == ["Paris", "a * b"]
    assert blank["pattern"] == "^.*Paris.*$"
    assert blank["feedback"] == [{"text": "*", "words": "No."}]
    assert skipped("Where?{=*}").code == "accepts_anything"
    assert skipped("Where?{=a =%50%b*}").code == "partial_wildcard"


def test_what_is_said_to_any_other_answer_is_kept():
    (found,) = read_drafts(b"How many?{#=9:0#Yes. ~#No.}", "gift")
    assert isinstance(found, Draft)
    assert found.fields["answer"]["blanks"][0]["feedback"] == [
        {"text": "9", "words": "Yes."},
        {"text": "*", "words": "No."},
    ]
    assert not found.notes


def test_that_nobody_is_told_what_is_said_to_answers_of_a_form_is_noted():
    (found,) = read_drafts(b"Which?{=a =%0%b*#Not with a b.}", "gift")
    assert isinstance(found, Draft)
    assert [note.code for note in found.notes] == ["lost_patterns"]


def test_html_becomes_markdown_and_maths_stands_between_dollars():
    fields = exercise(r"[html]<p>Is \\(x_1^* \= 2\\) <b>so</b>? 2*3 &lt; 7, s_n</p><ul><li>a</li></ul>{T}")
    assert fields["prompt"] == "Is $x_1^* = 2$ **so**? 2\\*3 < 7, s_n\n\n- a"


def test_plain_text_is_shown_as_it_is_written():
    assert exercise("[plain]Is *a* < _b_? _____{T}")["prompt"] == "Is \\*a\\* \\< \\_b\\_? _____"


def test_a_fill_in_question_gets_a_blank():
    assert exercise("Two {=and} three")["prompt"] == "Two _____ three"
    assert exercise("{=Two} and three")["prompt"] == "_____ and three"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Which?{~a ~b}", "no_right_answer"),
        ("Which?{=a ~}", "invalid"),
        ("Which?{~%100%a}", "invalid"),
        ("Which?{~%150%a =b}", "weight"),
        ("What?{#about 3}", "number"),
        ("What?{#1..5}", "numerical_range"),
        ("What?{=}", "empty_answer"),
        ("Match{=a->b =c->d}", "kind"),
        ("::Only a title::", "no_question"),
        ("x{T#a#b#c}", "feedbacks"),
    ],
)
def test_what_cannot_be_an_exercise_says_why(text, code):
    found = skipped(text)
    assert (found.line, found.code) == (1, code)
    assert found.message


def test_numbers_may_be_written_in_other_ways():
    import regex

    pattern = exercise("What?{#-0.50}")["answer"]["blanks"][0]["pattern"]
    for said, fits in {"-0.5": True, "-.50": True, "-0,500": True, "0.5": False, "-0.55": False}.items():
        assert bool(regex.fullmatch(pattern, said)) is fits, said


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "empty", "empty"),
        (b"\xef\xbb\xbf \n", "empty", "empty"),
        ("a?{T}\n\nOù?{T}".encode("latin-1"), "encoding", "line 3, byte 0xF9"),
        (b"a\0b", "encoding", "line 1"),
        (b"a" * (MAX_BYTES + 1), "too_large", "10 MB"),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_the_reason(data, code, words):
    with pytest.raises(QuestionFileError, match=words) as refused:
        read_items(data, "gift")
    assert refused.value.code == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_unicode_is_read_whatever_ends_its_lines(encoding):
    found = read_items("::Où::\r\nÀ 5 km ?{=là}\r\n\r\nVrai ?{T}".encode(encoding), "gift")
    assert [item.stem.text for item in found] == ["À 5 km ?", "Vrai ?"]


@pytest.mark.parametrize("path", sorted((FILES / "gift").glob("*.gift")), ids=lambda path: path.stem)
def test_what_was_read_is_written_as_it_was_read(path):
    def bare(items):
        return [
            {**vars(item), "line": 0, "category": None, "is_embedded": False, "choices": weights(item)}
            for item in items
            if isinstance(item, Question)
        ]

    def weights(item):
        return [(choice.text, choice.percent, choice.feedback, choice.number) for choice in item.choices]

    items = read_gift(path.read_text("utf-8"))
    assert bare(read_gift(write_gift(items))) == bare(items)


def test_a_weight_is_written_without_loss():
    question = one("x{~%33.33333%a ~%-100%b ~%0.00001%c}")
    again = one(write_gift([question]))
    assert [choice.weight for choice in again.choices] == [
        Decimal("33.33333"),
        Decimal(-100),
        Decimal("0.00001"),
    ]


def test_a_comment_behind_a_title_a_brace_or_a_truth_is_none_of_the_text():
    question = one("::A title:: // one\n// two\nSo? // stays\n{ // three\n F // four\n// five\n}")
    assert (question.title, question.stem.text, question.is_true) == ("A title", "So? // stays", False)


def test_moodles_own_short_form_of_a_number_with_a_wrong_answer_is_read():
    first, second = one("::Q5:: From 1 to 5? {#3:2~#Completely wrong}").choices
    assert (first.percent, first.number.low, first.number.high) == (100, 1, 5)
    assert (second.percent, second.text.text, second.feedback) == (0, "*", Text("Completely wrong"))


def test_a_question_that_shows_a_file_is_skipped_and_names_it():
    found = skipped('[html]What is this?{T####<p><img src\\="@@PLUGINFILE@@/3.png"></p>}')
    assert (found.code, found.column) == ("embedded_files", "file")
    assert "3.png" in found.message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[html]" + "<b>" * 20_000 + "{T}", "nested"),
        ("Which?{" + "~a" * 100_000 + "=b}", "too_many_answers"),
    ],
)
def test_an_absurd_question_is_skipped_like_any_other(text, code):
    found = read_drafts(f"{text}\n\nTrue?{{T}}".encode(), "gift")
    assert isinstance(found[0], Skipped)
    assert found[0].code == code
    assert isinstance(found[1], Draft)


def test_openings_that_nothing_closes_take_no_longer_than_other_text():
    assert exercise("[html]" + r"\\(" * 50_000 + "{T}")["prompt"].count("(") == 50_000


@pytest.mark.parametrize("opening", ["[id:", "[tag:"])
def test_a_comment_of_nothing_but_openings_takes_no_longer_than_any_other(opening):
    assert len(read_drafts(f"// {opening * 300_000}\nTrue?{{T}}".encode(), "gift")) == 1


def test_a_file_of_more_questions_than_can_be_checked_is_refused_at_once():
    with pytest.raises(QuestionFileError) as error:
        read_drafts(b"So?{T}\n\n" * (MAX_QUESTIONS + 1), "gift")
    assert error.value.code == "too_many"
