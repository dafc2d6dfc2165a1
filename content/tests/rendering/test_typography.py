"""French spaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.rendering.markdown import parse
from content.rendering.tree import Code, Emphasis, Formula, Link, Text
from content.rendering.typography import SPACES, typeset

N, B = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Vraiment ?", f"Vraiment{N}?"),
        ("Vraiment?", f"Vraiment{N}?"),
        ("Non !", f"Non{N}!"),
        ("Quoi ?!", f"Quoi{N}?!"),
        ("un ; deux", f"un{N}; deux"),
        ("un; deux", f"un{N}; deux"),
        ("Exemple : oui", f"Exemple{B}: oui"),
        ("Exemple: oui", f"Exemple{B}: oui"),
        (f"Exemple{N}: oui", f"Exemple{B}: oui"),
        (f"Exemple{B}; oui", f"Exemple{N}; oui"),
        ("« mot »", f"«{N}mot{N}»"),
        ("«mot»", f"«{N}mot{N}»"),
        ("« Quoi ? »", f"«{N}Quoi{N}?{N}»"),
        ("20 € et 5 %", f"20{B}€ et 5{B}%"),
        ("20€", "20€"),
        ("à 10:30", "à 10:30"),
        ("au 1:2", "au 1:2"),
        ("(?)", "(?)"),
        ("a;b", "a;b"),
        ("std::vector", "std::vector"),
        ("voir https://exemple.fr/a?b=c:d;e ! Oui", f"voir https://exemple.fr/a?b=c:d;e{N}! Oui"),
        ("!", "!"),
        ("«", "«"),
        ("«ceci:»", f"«{N}ceci{B}:{N}»"),
        ("« »", f"«{N}»"),
    ],
)
def test_french_marks_have_their_spaces(written, printed):
    assert typeset(written, language="fr") == printed


def test_other_languages_are_left_alone():
    assert typeset("Really ? Yes: «no»", language="en") == "Really ? Yes: «no»"


def without_spaces(text):
    return "".join(sign for sign in text if sign not in SPACES)


@given(st.text(alphabet="ab1 \u00a0\u202f\u2009;!?:«»()[].,%€@/\n-'\"*", max_size=60) | st.text(max_size=60))
def test_twice_is_once_and_only_spaces_change(text):
    once = typeset(text, language="fr")
    assert typeset(once, language="fr") == once
    assert without_spaces(once) == without_spaces(text)


def test_emphasis_is_no_border_for_the_spaces():
    (paragraph,) = parse("« **Oui** » *non* : **quoi** ?", language="fr").children
    words = "".join(
        child.text if isinstance(child, Text) else child.children[0].text for child in paragraph.children
    )
    assert words == f"«{N}Oui{N}» non{B}: quoi{N}?"


def test_code_formulas_and_addresses_keep_their_signs():
    (paragraph,) = parse(
        "`a ;b` $x ; y : z$ [a ?](https://exemple.fr/?a=1;b) <https://exemple.fr/b:c>", language="fr"
    ).children
    code, _, formula, _, link, _, bare = paragraph.children
    assert code == Code("a ;b")
    assert isinstance(formula, Formula) and formula.latex == "x ; y : z"
    assert isinstance(link, Link) and link.address == "https://exemple.fr/?a=1;b"
    assert link.children == (Text(f"a{N}?"),)
    assert bare.children == (Text("https://exemple.fr/b:c"),)


def test_a_formula_in_guillemets_has_its_spaces():
    (paragraph,) = parse("« $x$ » ; *ici*", language="fr").children
    before, _, after, emphasis = paragraph.children
    assert (before, after) == (Text(f"«{N}"), Text(f"{N}»{N}; "))
    assert isinstance(emphasis, Emphasis)
