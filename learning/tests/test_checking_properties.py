"""Checking against oracles that say the same in another way."""

import ast
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.checking import check

#: A machine that is busy with other things is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

IDS = list("abcdef")
OPTIONS = [{"id": each, "text": each} for each in IDS]
subsets = st.sets(st.sampled_from(IDS))
answer_sets = st.sets(st.sampled_from(IDS), min_size=1)
points = st.integers(min_value=1, max_value=1000)


def choose(key, selected, max_points):
    return check(
        kind="MULTIPLE_CHOICE",
        key=key,
        options=OPTIONS,
        answer={"selected": sorted(selected)},
        max_points=max_points,
    )


def half_up(value):
    exact = Decimal(value.numerator * 100) / Decimal(value.denominator)
    return exact.quantize(Decimal(1), ROUND_HALF_UP) / 100


@unhurried
@given(right=answer_sets, selected=subsets, max_points=points)
def test_exact_is_the_equality_of_sets(right, selected, max_points):
    result = choose({"correct": sorted(right)}, selected, max_points)
    assert (result.score == max_points) == (right == selected) == (result.is_correct is True)
    assert result.score in (0, max_points)


@unhurried
@given(right=answer_sets, selected=subsets, max_points=points)
def test_partial_is_counted_option_by_option(right, selected, max_points):
    result = choose({"correct": sorted(right), "scoring": "PARTIAL"}, selected, max_points)
    count = sum(1 if each in right else -1 for each in selected)
    assert result.score == half_up(Fraction(max(0, count), len(right)) * max_points)
    assert 0 <= result.score <= max_points


@unhurried
@given(right=answer_sets, max_points=points)
def test_ticking_nothing_or_everything_gains_at_most_what_was_right_beyond_what_was_wrong(right, max_points):
    key = {"correct": sorted(right), "scoring": "PARTIAL"}
    assert choose(key, set(), max_points).score == 0
    if 2 * len(right) <= len(IDS):
        assert choose(key, set(IDS), max_points).score == 0


@unhurried
@given(
    weights=st.dictionaries(
        st.sampled_from(IDS), st.integers(min_value=-100, max_value=100), min_size=1
    ).filter(lambda found: any(each > 0 for each in found.values())),
    selected=subsets,
    max_points=points,
)
def test_weights_are_added_exactly_and_clamped(weights, selected, max_points):
    key = {
        "correct": sorted(each for each, weight in weights.items() if weight > 0),
        "weights": {each: weight / 100 for each, weight in weights.items()},
    }
    hundredths = min(100, max(0, sum(weights.get(each, 0) for each in selected)))
    assert choose(key, selected, max_points).score == half_up(Fraction(hundredths * max_points, 100))


names = st.sampled_from(["a", "b", "total", "n"])
atoms = st.one_of(names, st.integers(0, 99).map(str), st.text("ab '\"", max_size=3).map(repr))
operators = st.sampled_from(["+", "-", "*", "==", "<=", "//"])
spaces = st.sampled_from(["", " ", "  "])


@st.composite
def expressions(draw):
    """An expression, and the same with other spaces between its tokens."""
    tokens = [draw(atoms)]
    for _ in range(draw(st.integers(0, 3))):
        tokens += [draw(operators), draw(atoms)]
    return "".join(tokens), "".join(token + draw(spaces) for token in tokens)


def complete(accepted, text):
    key = {"blanks": [{"accepted": [accepted]}], "language": "python"}
    return check(
        kind="CODE_COMPLETION", key=key, options=[], answer={"blanks": [text]}, max_points=1
    ).is_correct


@unhurried
@given(expressions())
def test_spaces_between_tokens_never_matter(pair):
    accepted, spaced = pair
    assert complete(accepted, spaced) is True


@unhurried
@given(expressions(), expressions())
def test_what_is_accepted_means_the_same_to_the_compiler(one, other):
    if complete(one[0], other[1]):
        assert ast.dump(ast.parse(one[0])) == ast.dump(ast.parse(other[1]))


@unhurried
@given(st.text(max_size=80), st.text(min_size=1, max_size=80))
def test_any_text_can_be_compared(text, accepted):
    if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text):
        return
    assert complete(accepted, text) in (True, False)
    assert complete(accepted, accepted.replace("\0", "") or "x") in (True, False)
