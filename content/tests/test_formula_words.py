"""Why a formula is refused is said in the language of whoever wrote it, to the last word."""

from __future__ import annotations

import pytest
from django.utils import translation

from content.checking import problems_on_save
from content.formula_words import grammar_words, refusal_words

NBSP = "\N{NO-BREAK SPACE}"
WRONG = {
    r"\sqrt{2} + {a": "une accolade { n’est pas fermée",
    r"\frac{1}{2": "il manque à une commande ce qui va entre ses accolades, ou une accolade { n’est pas fermée",
    r"\left( a": r"un \left n’a pas son \right",
    r"a \right)": r"un \right n’a pas son \left",
    "a}": "une accolade } ne ferme rien",
    "x^2^3": f"deux exposants se suivent{NBSP}: mettez la première partie entre accolades",
    "x^": "il manque quelque chose après ^ ou _",
    r"\sqrt": f"il manque quelque chose après «{NBSP}\\sqrt{NBSP}»",
    "a & b": "un & se trouve hors d’un tableau ou d’un système",
    r"\begin{cases} a": r"un \begin n’a pas son \end",
    r"\begin{matrix}1\end{pmatrix}": r"\begin{matrix} est fermé par \end{pmatrix}",
    r"\begin{foo} a\end{foo}": f"il n’existe pas d’environnement «{NBSP}foo{NBSP}»",
    r"\left a b\right)": f"«{NBSP}a{NBSP}» n’est pas une parenthèse ni un crochet, comme «{NBSP}\\left{NBSP}» en veut",
    "#": f"«{NBSP}#{NBSP}» n’a pas sa place ici",
    r"\begin{array}{q}a\end{array}": f"une colonne est l, c ou r, et non «{NBSP}q{NBSP}»",
}


@pytest.mark.parametrize("latex", WRONG)
def test_what_is_wrong_with_a_formula_is_said_in_french(latex):
    with translation.override("fr"):
        [problem] = problems_on_save({"body": f"${latex}$"}, language="fr")
    assert f"({WRONG[latex]})." in problem.message


def test_what_nobody_translated_stays_unsaid():
    with translation.override("fr"):
        assert (
            grammar_words("Incomplete placeholder at end of macro body")
            == "elle n’est pas écrite comme une formule"
        )


def test_what_a_formula_does_to_its_process_is_said_too():
    with translation.override("fr"):
        assert refusal_words("crash", "SIGSEGV") == "la composition s’interrompt à cause d’elle"
        assert refusal_words("typst", "unknown variable") == "elle s’affiche à l’écran, mais ne s’imprime pas"
        assert refusal_words("syntax", "Double superscript").startswith("deux exposants")
