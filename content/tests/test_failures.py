"""A failure is told in words that say what happened and what to do, in the reader's language."""

import pytest
from django.utils import translation

from content.failures import describe
from content.rendering.contained import RenderFailed


@pytest.mark.parametrize("code", ["time", "memory", "size", "crash", "refused"])
def test_each_code_has_words_in_both_languages_and_shows_no_machinery(code):
    failure = RenderFailed(code, "PanicException at 0x7f", {})
    with translation.override("en"):
        english = describe(failure)
    with translation.override("fr"):
        french = describe(failure)

    assert english != french
    for told in (english, french):
        assert "0x7f" not in told and "%(" not in told and told.endswith(".")


def test_a_refusal_says_where_it_is():
    facts = {
        "kind": "SheetRefused",
        "code": "figure",
        "part": "Pythagore",
        "field": "answer",
        "line": 3,
        "name": "tri",
    }
    with translation.override("fr"):
        told = describe(RenderFailed("refused", "there is no figure", facts))

    assert told.startswith("«\u00a0Pythagore\u00a0», réponse, ligne 3\u00a0: la figure «\u00a0tri\u00a0»")


def test_a_refused_formula_is_called_one_whoever_found_it():
    failure = RenderFailed("refused", "", {"kind": "FormulaRefused", "position": 4})
    assert describe(failure) == "The document: a formula cannot be typeset. Correct it in the brick."


def test_a_title_with_signs_of_formats_comes_out_as_it_is():
    failure = RenderFailed("refused", "", {"part": "%(where)s {0} %s", "code": "glyph"})
    assert "“%(where)s {0} %s”" in describe(failure)
