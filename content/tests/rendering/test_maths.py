"""Formulas: faithful in each form, or refused with their place."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from content.rendering.markdown import formulas_of
from content.rendering.maths import Formula, FormulaRefused, convert
from content.rendering.maths.operation import maths_operation


def form(latex: str, *, language: str = "fr") -> Formula:
    return convert(latex, display=True, language=language)


def results(*formulas: str, display: bool = True) -> list[dict]:
    return maths_operation({"formulas": list(formulas), "display": display, "language": "fr"})["results"]


def test_a_sign_after_an_opening_bracket_is_no_subtraction():
    assert '<mo form="prefix">−</mo><mn>2</mn>' in form(r"]-2\,;3[").mathml
    assert "<mn>3</mn><mo>−</mo><mn>2</mn>" in form("3-2").mathml


@pytest.mark.parametrize(
    ("latex", "mathml", "typst"),
    [
        ("3{,}14", "<mn>3,14</mn>", '"3,14"'),
        (r"\left]a;b\right[", ">]</mo>", 'math.lr({[]; symbol("]")'),
        (
            r"x\in]a;b[",
            'form="postfix" stretchy="false" fence="true" lspace="0em" rspace="0em">[</mo>',
            'math.class("opening", symbol("]"))',
        ),
        (r"\widehat{ABC}", "<mover>", "math.accent("),
        (r"\overline{AB}", 'notation="top"', "math.overline("),
        (r"\binom{n}{k}", 'linethickness="0px"', "math.binom("),
        (r"\boxed{x}", "border:1px solid", "box(inset: 0.3em, stroke: 0.05em"),
        (r"\begin{cases}x=1\\y=2\end{cases}", "<mtable>", "math.mat(delim: none"),
        (
            r"\begin{array}{|c|c|}\hline a&b\\\hline\end{array}",
            "border-top:0.06em solid",
            "hline: (0, 1, ), vline",
        ),
        (r"\vect{AB}", "→", "math.accent("),
        (r"\cancel{x}", "updiagonalstrike", "math.cancel("),
    ],
)
def test_what_french_sheets_need_is_kept_in_both_forms(latex, mathml, typst):
    formula = form(latex)
    assert mathml in formula.mathml
    assert typst in formula.typst
    assert "mathml" in results(latex)[0]


@pytest.mark.parametrize(
    ("latex", "language", "said"),
    [
        (r"\frac{1}{2}", "fr", "fraction 1 sur 2, fin de fraction"),
        ("x^2>0", "fr", "x au carré plus grand que 0"),
        (r"\overrightarrow{AB}", "fr", "vecteur AB"),
        (r"\sqrt{2}", "en", "square root of 2, end of root"),
        (r"\binom{n}{k}", "en", "n choose k"),
    ],
)
def test_a_formula_is_read_aloud(latex, language, said):
    assert form(latex, language=language).words == said


@pytest.mark.parametrize(
    ("latex", "code", "position"),
    [
        (r"x+\foo", "command", 2),
        (r"\href{javascript:alert(1)}{x}", "command", 0),
        (r"\includegraphics{a.png}", "command", 0),
        (r"\class{a}{b}", "command", 0),
        (r"\style{a}{b}", "command", 0),
        (r"\htmlData{a=b}{b}", "command", 0),
        (r"\unicode{x41}", "command", 0),
        (r"\verb|\foo|", "command", 0),
        (r"\frac{1}", "syntax", 8),
        (r"\def\a{\a\a}\a", "expansion", 0),
        (r"\rule{10000cm}{2cm}", "dimension", 0),
        ("x" * 5_001, "long", 5_000),
        ("a\u202eb", "character", 1),
    ],
)
def test_what_cannot_be_set_is_refused_with_its_place(latex, code, position):
    with pytest.raises(FormulaRefused) as refused:
        form(latex)
    assert (refused.value.code, refused.value.position) == (code, position)


def test_text_of_authors_is_never_markup():
    formula = form(r'\text{\#read("secret.txt") [x]}')
    assert r"#read(\"secret.txt\")" in formula.typst
    assert "mathml" in results(r'\text{\#read("secret.txt")}')[0]


def test_a_macro_does_not_outlive_its_formula():
    form(r"\gdef\vect{BAD}\gdef\mine{x}\mine")
    assert "→" in form(r"\vect{AB}").mathml
    with pytest.raises(FormulaRefused):
        form(r"y\mine")


def test_a_bomb_refuses_only_itself():
    bomb = "{" * 2_000 + "x" + "}" * 2_000
    found = results("x", r"\sqrt{" * 200 + "x" + "}" * 200, bomb, "y")
    assert ["mathml" in each for each in (found[0], found[1], found[3])] == [True, False, True]
    assert "mathml" in found[2] or found[2]["reason"] in {"memory", "size", "syntax"}


def test_all_seeded_formulas_are_set():
    seeds = sorted((Path(settings.BASE_DIR) / "fixtures").glob("6*bricks*.json"))
    rows = [row["fields"] for seed in seeds for row in json.loads(seed.read_text("utf-8"))]
    texts = [fields.get(name) or "" for fields in rows for name in ("body", "answer")]
    formulas = sorted({(each.latex, each.display) for text in texts for each in formulas_of(text)})
    assert len(formulas) > 500
    for display in (False, True):
        found = results(*(latex for latex, shown in formulas if shown is display), display=display)
        assert [each for each in found if "mathml" not in each] == []


PIECES = st.sampled_from(
    [r"\frac", r"\sqrt", r"\left(", r"\right)", r"\text", r"\vect", r"\sum", r"\begin{array}{c|c}", r"\end{array}",
     r"\hline", r"\def\a", r"\a", r"\overline", r"\not", r"\color{red}", r"\mathrm", r"\big", r"\middle|", r"\\",
     "{", "}", "[", "]", "^", "_", "&", "#", "$", '"', "`", "<", ">", "x", "1", ",", ";", "'", " ", "é", "%"]
)  # fmt: skip


@hypothesis_settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_soup_is_set_or_refused(latex):
    (found,) = results(latex)
    if "mathml" in found:
        assert found["mathml"].startswith("<math") and "merror" not in found["mathml"]
        assert not re.search(r"\\[A-Za-z]", found["mathml"])
    else:
        assert 0 <= found["position"] <= len(latex) and found["reason"]


def test_the_command_names_what_is_refused(tmp_path, capsys):
    file = tmp_path / "formulas.json"
    file.write_text(json.dumps([r"\frac12", r"\foo", "x", r"\sqrt{2"]), encoding="utf-8")
    with pytest.raises(SystemExit):
        call_command("check_maths", str(file), json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["formulas"], told["rendered"]) == (4, 2)
    unknown, open_brace = told["refused"]
    reason = r"the command \foo is not known, or not allowed"
    assert unknown == {"position": 1, "formula": r"\foo", "reason": reason, "at": 0}
    assert open_brace["reason"] == "a { is not closed", "as the editor of bricks says it"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.json", None, "There is no file {path}."),
        ("latin.md", b"\xe9t\xe9", "{path} is not in UTF-8."),
        ("deep.md", b"> " * 500, "{path} is too long or nested too deeply."),
        ("dict.json", b"{}", "{path} is no list of strings."),
    ],
)
def test_the_command_says_in_words_what_it_cannot_read(tmp_path, name, content, said):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        call_command("check_maths", str(path))
    assert str(refused.value) == said.format(path=path)


@pytest.mark.parametrize(
    ("latex", "said"),
    [
        (r"x \in ]0\,;1]", "x appartient à l’intervalle de 0 exclu à 1 inclus"),
        (
            r"\left]-\infty\,;\frac12\right[",
            "l’intervalle de moins infini exclu à fraction 1 sur 2, fin de fraction exclu",
        ),
        (r"]0;1[\cup[2;3]", "l’intervalle de 0 exclu à 1 exclu union l’intervalle de 2 inclus à 3 inclus"),
        (
            r"\begin{cases}x+y=3\\x-y=1\end{cases}",
            "système : x plus y égale 3; x moins y égale 1; fin du système",
        ),
        (r"\vec{u}\begin{pmatrix}2\\-3\end{pmatrix}", "vecteur u matrice : 2; moins 3; fin de matrice"),
        (r"\begin{vmatrix}1&2\\3&4\end{vmatrix}", "déterminant : 1, 2; 3, 4; fin de déterminant"),
        (r"\binom{n}{k} = 3", "k parmi n égale 3"),
        (r"\boxed{x=3}", "x égale 3, encadré"),
        (r"\lim_{x\to a} f", "limite quand x tend vers a, de f"),
        (r"\mathcal{C} \perp d // d'", "C perpendiculaire à d parallèle à d prime"),
        (r"\underbrace{a+b}", "a plus b"),
        ("[AB]", "crochet ouvert à droite A B crochet ouvert à gauche"),
        ("]0;", "crochet ouvert à gauche 0;"),
    ],
)
def test_formulas_are_said_as_people_say_them(latex, said):
    assert convert(latex, display=False, language="fr").words == said
