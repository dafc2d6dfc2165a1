"""From Markdown to a tree: formulas, figures, links, places and what is refused."""

import contextlib

import pytest

from content.rendering import tree
from content.rendering.markdown import (
    TextRefused,
    formulas_of,
    images_of,
    links_of,
    parse,
    problems_of,
)


def places(text):
    """What stands in `text` where each formula is said to begin."""
    found = formulas_of(text)
    lines = text.split("\n")
    for formula in found:
        place = formula.place
        assert text[place.offset :] == "\n".join(
            [lines[place.line - 1][place.column - 1 :], *lines[place.line :]]
        )
    return [text[formula.place.offset :].split("\n")[0] for formula in found]


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("Soit $x$.", [("x", False)]),
        ("$$x$$", [("x", True)]),
        ("$$\nx\n= 1\n$$", [("x\n= 1", True)]),
        ("Ainsi $$x$$ donc", [("x", True)]),
        ("- a\n\n  $$x$$", [("x", True)]),
        ("> $$x$$", [("x", True)]),
        ("a\n$$x$$\nb", [("x", True)]),
        (r"$3{,}50$ € et \$6", [("3{,}50", False)]),
        ("5 $ et 6 $", []),
        ("$20,000 and $30,000", []),
        ("$ x $", []),
        ("`$x$`", []),
        ("    $$x$$", []),
        (r"$a\$b$", [(r"a\$b", False)]),
        ("$$$$", []),
        ("$$a\n\nb$$", []),
        ("$]a ; b[$", [("]a ; b[", False)]),
        ("$a_1$ et $b_1$", [("a_1", False), ("b_1", False)]),
        ("$a * b * c$", [("a * b * c", False)]),
    ],
)
def test_dollars_open_formulas_and_prices_stay_prices(text, formulas):
    assert [(formula.latex, formula.display) for formula in formulas_of(text)] == formulas


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\n\nb $x$ et\n  suite $y$", ["$x$ et", "$y$"]),
        ("- un\n- deux $x$\n  et $y$", ["$x$", "$y$"]),
        ("> a\n> $x$", ["$x$"]),
        ("`$x$` puis $x$", ["$x$"]),
        ("| a | b |\n|--|--|\n| $x$ | $x$ |", ["$x$ | $x$ |", "$x$ |"]),
        ("1. a\n\n   $$\n   b\n   $$", ["$$"]),
        ("# T $x$", ["$x$"]),
        ("**a $x$**", ["$x$**"]),
    ],
)
def test_places_lead_to_the_formula(text, found):
    assert places(text) == found


def test_figures_have_names_alternative_texts_and_widths():
    text = "![Un *carré* bleu](figure:carre){width=40%}\n\nVoir ![x](figure:petit) ici{width=9%}."
    first, second = images_of(text)
    assert (first.name, first.alt, first.width) == ("carre", "Un carré bleu", 40)
    assert (second.name, second.width, second.place.line, second.place.column) == ("petit", 0, 3, 6)
    assert isinstance(parse(text, language="fr").children[0], tree.Figure)


@pytest.mark.parametrize(
    "source",
    [
        "http://169.254.169.254/latest",
        "https://exemple.fr/a.png",
        "file:///etc/passwd",
        "/etc/passwd",
        "data:image/png;base64,AAAA",
    ],
)
def test_an_image_from_elsewhere_is_a_problem_and_only_its_words_are_left(source):
    parsed = parse(f"![mots]({source})", language="fr")
    assert parsed.figures == ()
    assert [(problem.code, problem.detail) for problem in parsed.problems] == [("image", source)]
    assert parsed.children == (tree.Paragraph((tree.Text("mots"),)),)


@pytest.mark.parametrize("source", [r"figure:un\-carre", "figure:un&#45;carre", "fig&#117;re:un-carre"])
def test_a_figure_whose_name_is_escaped_is_a_problem_since_nobody_finds_it(source):
    parsed = parse(f"![mots]({source})", language="fr")
    assert parsed.figures == ()
    assert [(problem.code, problem.detail) for problem in parsed.problems] == [("image", "figure:un-carre")]


def test_a_figure_without_words_is_a_problem():
    assert [problem.code for problem in problems_of("![](figure:carre)")] == ["alt"]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "/admin/",
        "//x.fr",
        "vbscript:x",
        "https:",
    ],
)
def test_links_lead_to_the_web_or_a_mailbox_only(address):
    parsed = parse(f"[mots]({address})", language="fr")
    assert parsed.links == ()
    assert [problem.code for problem in parsed.problems] == ["link"]
    assert parsed.children == (tree.Paragraph((tree.Text("mots"),)),)


def test_good_links_are_found():
    text = "[a](https://exemple.fr/é) <mailto:a@exemple.fr> [b](http://exemple.fr)"
    assert [link.address for link in links_of(text)] == [
        "https://exemple.fr/%C3%A9",
        "mailto:a@exemple.fr",
        "http://exemple.fr",
    ]


def test_a_lone_dollar_is_a_problem_with_its_place():
    (problem,) = problems_of("Il coûte 5 $ ou \\$6.")
    assert (problem.code, problem.place.line, problem.place.column) == ("dollar", 1, 12)


def test_raw_html_is_text():
    (paragraph,) = parse("<script>alert(1)</script> <b>x</b>", language="").children
    assert paragraph == tree.Paragraph((tree.Text("<script>alert(1)</script> <b>x</b>"),))


@pytest.mark.parametrize(
    "text", ["un <b> mot", "un <br/> mot", "un <!-- mot", 'un <a href="x"> mot', "un </p> mot"]
)
def test_a_tag_is_a_problem_with_its_place(text):
    [problem] = problems_of(f"Ligne\n{text}")
    assert (problem.code, problem.place.line, problem.place.column) == ("html", 2, 4)


@pytest.mark.parametrize(
    "text", ["1 < 2 > 0", "<https://exemple.fr> <a@exemple.fr>", "`<b>` \\<b>", "$a<b>c$", "a <b et $x$ c> d"]
)
def test_what_is_no_tag_is_no_problem(text):
    assert problems_of(text) == ()


def test_headings_never_skip_a_step():
    children = parse("### a\n\n###### b\n\n# c\n\n## d", language="fr").children
    assert [heading.depth for heading in children] == [1, 2, 1, 2]


def test_lists_know_their_start_and_whether_they_are_tight():
    tight, _, loose = parse("3. a\n4. b\n\ntext\n\n- a\n\n- b", language="fr").children
    assert (tight.start, tight.tight, len(tight.items)) == (3, True, 2)
    assert (loose.start, loose.tight, len(loose.items)) == (None, False, 2)


@pytest.mark.parametrize(
    "text",
    ["> " * 13 + "a", "- " * 13 + "a", "a\n\n" + "> " * 500 + "x", "*a **b " * 10 + "c** d*" * 10],
    ids=["quotes", "lists", "very deep", "emphasis"],
)
def test_what_is_nested_too_deeply_is_refused_and_nothing_is_dropped(text):
    with pytest.raises(TextRefused) as refused:
        parse(text, language="fr")
    assert refused.value.code == "depth"


def test_what_is_too_long_is_refused():
    with pytest.raises(TextRefused) as refused:
        parse("a" * 200_001, language="fr")
    assert refused.value.code == "length"


HOSTILE = {
    "brackets": "[" * 20_000,
    "images": "![" * 20_000,
    "closing": "]" * 20_000,
    "links": "[a](" * 10_000,
    "dollars": "$" * 40_001,
    "prices": "$a " * 20_000,
    "displays": "$$a\n" * 10_000,
    "escaped": "$" + "\\$" * 20_000,
    "backslashes": "$" + "\\" * 40_000,
    "backticks": "".join("`" * length + " " for length in range(1, 400)),
    "emphasis": "*a **a " * 10_000,
    "underscores": "a_" * 20_000,
    "angles": "<" * 20_000,
    "tables": "|a" * 5_000 + "\n" + "|-" * 5_000 + "\n" + "|a\n" * 5_000,
    "references": "[a]: b\n" * 10_000 + "[a]" * 10_000,
    "marks": "« " * 20_000 + " »" * 20_000,
    "addresses": "a.a@a." * 20_000,
    "quotes": ">" * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_read_or_refused(name):
    """What took squares of the length would take minutes here."""
    with contextlib.suppress(TextRefused):
        assert parse(HOSTILE[name], language="fr").children or name == "references"
