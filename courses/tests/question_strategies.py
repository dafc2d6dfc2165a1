"""Any exercise of the four kinds, as the fields that a question file carries, for Hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from courses.choices import Difficulty

#: What has a meaning in one of the formats, or looks as if it had, among plain words.
_PIECES = [
    "a", "B", "é", "数", " ", "  ", "\n", "\n\n", "\t", "\r", "\\", "\\n", "\\\\", "~", "=", "#", "####",
    "{", "}", ":", "::", "->", "%50%", "[html]", "[markdown]", "//", "// [id:1]", "$CATEGORY: x", "TRUE",
    "T", "*", "\\*", "_____", "<b>", "</text>", "]]>", "&amp;", "&", "1", "1..5", "1:2", "$x_1$", "\x0b",
    "\x85", "\u2028", "\ufeff", "\"", "'", "`code`", "-->", "{}",
]  # fmt: skip
_pieces = st.lists(st.sampled_from(_PIECES), max_size=6).map("".join)
_plain = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
loose = st.one_of(_pieces, _plain)
texts = loose.filter(bool)
titles = loose.map(lambda text: text[:255])
ids = st.one_of(st.sampled_from("abcdef"), st.from_regex(r"\A[A-Za-z0-9_-]{1,8}\Z"))
shares = st.one_of(st.sampled_from([0, 0.5, 0.3333333, 1]), st.floats(0, 1, allow_nan=False))
weights = st.one_of(st.sampled_from([-1, -0.5, 0, 0.5, 1, 0.3333333]), st.floats(-1, 1, allow_nan=False))


@st.composite
def _choice(draw: st.DrawFn) -> dict[str, Any]:
    known = draw(st.one_of(st.just(["a", "b", "c"]), st.lists(ids, min_size=2, max_size=5, unique=True)))
    answer: dict[str, Any] = {"correct": draw(st.lists(st.sampled_from(known), min_size=1, unique=True))}
    scored = draw(st.sampled_from(["", "EXACT", "PARTIAL", "weights"]))
    if scored == "weights":
        given = draw(st.dictionaries(st.sampled_from(known), weights, min_size=1))
        right = [each for each, weight in given.items() if weight > 0]
        if right:
            answer = {"correct": right, "weights": given}
    elif scored:
        answer["scoring"] = scored
    if draw(st.booleans()):
        answer["feedback"] = draw(st.dictionaries(st.sampled_from(known), texts, min_size=1))
    return {"options": [{"id": each, "text": draw(texts)} for each in known], "answer": answer}


@st.composite
def _blank(draw: st.DrawFn) -> dict[str, Any]:
    blank: dict[str, Any] = {"accepted": draw(st.lists(texts, min_size=1, max_size=3, unique=True))}
    some = st.one_of(texts, st.sampled_from(blank["accepted"]))
    if draw(st.booleans()):
        partial = st.fixed_dictionaries({"text": some, "weight": shares})
        blank["partial"] = draw(st.lists(partial, min_size=1, max_size=2))
    if draw(st.booleans()):
        said = st.fixed_dictionaries({"text": some, "words": texts})
        blank["feedback"] = draw(st.lists(said, min_size=1, max_size=2))
    if draw(st.booleans()):
        blank["pattern"] = draw(st.sampled_from([r"\d+", "a|b", "^x.*$"]))
    return blank


@st.composite
def _code(draw: st.DrawFn) -> dict[str, Any]:
    answer: dict[str, Any] = {"blanks": draw(st.lists(_blank(), min_size=1, max_size=2))}
    if draw(st.booleans()):
        answer["ignore_case"] = draw(st.booleans())
    if draw(st.booleans()):
        answer["language"] = "python"
    return {"options": [], "answer": answer}


@st.composite
def _truth(draw: st.DrawFn) -> dict[str, Any]:
    answer: dict[str, Any] = {"correct": draw(st.booleans())}
    if draw(st.booleans()):
        answer["feedback"] = draw(st.dictionaries(st.sampled_from(["true", "false"]), texts, min_size=1))
    return {"options": [], "answer": answer}


@st.composite
def _free(draw: st.DrawFn) -> dict[str, Any]:
    answer: dict[str, Any] = {"sample": draw(loose)}
    if draw(st.booleans()):
        answer["rubric"] = draw(texts)
    if draw(st.booleans()):
        answer["keywords"] = draw(st.lists(texts, max_size=2, unique=True))
    return {"options": [], "answer": answer}


_KEYS = {
    "MULTIPLE_CHOICE": _choice(),
    "CODE_COMPLETION": _code(),
    "TRUE_FALSE": _truth(),
    "FREE_FORM": _free(),
}


@st.composite
def exercise_fields(draw: st.DrawFn, kind: str | None = None) -> dict[str, Any]:
    kind = kind or draw(st.sampled_from(sorted(_KEYS)))
    return {
        "title": draw(titles),
        "kind": kind,
        "difficulty": draw(st.sampled_from(Difficulty.values)),
        "prompt": draw(texts),
        **draw(_KEYS[kind]),
        "explanation": draw(loose),
        "points": draw(st.integers(1, 50)),
        "max_attempts": draw(st.one_of(st.none(), st.integers(1, 9))),
    }
