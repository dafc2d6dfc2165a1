"""The PDF: tags, language, title, header cells, figures, numbering, refusals."""

import base64
import io

import pytest
from PIL import Image as Picture

from content.rendering.sheet import SheetRefused, preview_operation, render, render_operation
from content.rendering.typst_writer import string
from content.rendering.values import Image, Section

from .sheets import elements_of, image, part, reader, sheet, text_of

TABLE = "| pronom | verbe |\n|---|:-:|\n| je | suis |\n| tu | |"


def kinds(pdf):
    return [element["/S"] for element in elements_of(pdf)]


def test_it_tells_its_language_title_author_and_day():
    made = render(sheet(values={"teacher_name": "Claire Dubois"}))
    read = reader(made.pdf)
    root = read.trailer["/Root"]
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert read.metadata.title == "Fiche\u00a0: sommes"
    assert read.metadata.author == "Claire Dubois"
    assert read.metadata["/CreationDate"].startswith("D:20261122")
    assert made.page_count == len(read.pages) == 1


def test_it_is_declared_ua_1_and_a_3a():
    metadata = reader(render(sheet()).pdf).trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata


def test_headings_tables_lists_and_figures_are_tagged():
    body = f"### Partie\n\n{TABLE}\n\n1. un\n2. deux\n\n> cité\n\n![Un carré noir](figure:carre)"
    pdf = render(sheet(part(body))).pdf
    found = kinds(pdf)
    assert found.count("/TH") == 2
    assert found.count("/TD") == 4
    assert "/L" in found
    assert found.index("/H1") < found.index("/H2") < found.index("/H3")
    figures = [element["/Alt"] for element in elements_of(pdf) if element["/S"] == "/Figure"]
    assert figures == ["Un carré noir"]


def test_every_formula_says_in_words_what_it_is():
    body = (
        r"Soit $\dfrac{1}{2}$, $\sqrt{x}$, $\overrightarrow{AB}$ et $x \in ]0\,;1[$ :"
        "\n\n$$\\begin{cases} x + y = 3 \\\\ x - y = 1 \\end{cases}$$\n\n| $x$ |\n|---|\n| $3{,}5$ |"
    )
    pdf = render(sheet(part(body, answer="On trouve $x = 2$."))).pdf
    said = [str(element.get("/Alt", "")) for element in elements_of(pdf) if element["/S"] == "/Formula"]
    assert len(said) == 8
    assert all(said)
    assert not [words for words in said if "\\" in words]
    assert {"fraction 1 sur 2", "racine carrée de x"} & {words.split(",")[0] for words in said}


DISPLAYED = {
    "in a paragraph": ("Calcule $$x + 41$$ puis conclus.", "conclus"),
    "at its end, with a full stop": ("Donc\n$$x + 41$$.", "Donc"),
    "in emphasis": ("Un *mot $$x + 41$$ fort*.", "fort"),
    "in a link": ("[mot $$x + 41$$ lien](https://exemple.fr)", "lien"),
    "in a quotation": ("> mot $$x + 41$$ cité", "cité"),
    "in a list": ("- mot $$x + 41$$ point", "point"),
    "in a list with air": ("- mot $$x + 41$$ point\n\n- deux", "deux"),
    "in a cell": ("| a |\n|---|\n| mot $$x + 41$$ case |", "case"),
    "in a heading": ("## Titre $$x + 41$$ fin\n\nTexte", "Texte"),
    "twice, with breaks": ("mot\\\n$$x + 41$$\\\n$$y$$\\\nsuite", "suite"),
}


@pytest.mark.parametrize("body", DISPLAYED)
def test_a_displayed_formula_is_printed_wherever_it_stands(body):
    text, beside = DISPLAYED[body]
    words = text_of(render(sheet(part(text))).pdf)
    assert "41" in words and beside in words


@pytest.mark.parametrize(
    "body",
    [
        "- \n- a\n-\n\n1.",
        "> ",
        "# ![alt](figure:carre)\n\nmot",
        "# **&nbsp;**",
        "# \u200b",
        "~~[un](https://exemple.fr)~~",
        "[un ~~deux~~](https://exemple.fr)",
        "~~un ~~*[deux](https://exemple.fr)* ~~[un](https://exemple.fr) **mot**~~",
    ],
)
def test_what_is_odd_but_harmless_is_printed(body):
    assert render(sheet(part(body, answer=body), variant="TEACHER")).page_count == 1


@pytest.mark.parametrize("form", ["{}", "**{}**", "`{}`", "```\n{}\n```", "| a |\n|---|\n| {} |", "# {}"])
def test_a_word_longer_than_a_line_is_broken(form):
    word = "k" * 300
    words = text_of(render(sheet(part(form.format(word), title=word, source=word))).pdf)
    assert words.count("k") == 3 * len(word)
    assert max(map(len, words.split("\n"))) < 200


def test_a_part_in_another_language_says_so():
    pdf = render(sheet(part("Read this.", language="en", title="A text"))).pdf
    assert "en" in [str(element.get("/Lang")) for element in elements_of(pdf)]


def test_exercises_are_numbered_through_the_document():
    sections = (
        Section("Un", (part(), part(kind="METHOD"), part())),
        Section("", (part(kind="TIP"), part())),
    )
    words = text_of(render(sheet(sections=sections)).pdf).replace("\u00a0", " ")
    labels = ["Exercice 1", "Méthode", "Exercice 2", "Astuce", "Exercice 3"]
    assert [label for label in labels if label in words] == labels
    assert sorted(labels, key=words.index) == labels


def test_what_is_filled_in_and_what_is_left_to_fill_in():
    blank = text_of(render(sheet()).pdf).replace("\u00a0", " ")
    assert "Mathématiques · Quatrième" in blank
    assert "22 novembre 2026" in blank
    assert "Durée : 1 h 15" in blank
    assert "Tirage : 42" in blank
    assert "Nom :" in blank and "Classe :" in blank
    named = text_of(render(sheet(values={"student_name": "Zoé Martin"})).pdf)
    assert "Zoé Martin" in named and "Classe" not in named


def test_only_the_placeholders_of_the_template_are_printed():
    words = text_of(render(sheet(placeholders=("title", "subject"))).pdf)
    assert "Mathématiques" in words
    for left_out in ("Quatrième", "novembre", "Tirage", "Nom", "1 / 1"):
        assert left_out not in words


def test_an_exam_leaves_room_for_the_mark_on_the_students_copy_only():
    assert "Appréciation" in text_of(render(sheet(document_type="EXAM")).pdf)
    assert "Appréciation" not in text_of(render(sheet(document_type="EXAM", variant="TEACHER")).pdf)


def test_the_teachers_copy_has_the_answers_where_they_belong():
    made = render(sheet(part(answer="Voici la solution."), part(title="Suite"), variant="TEACHER"))
    words = text_of(made.pdf)
    assert words.index("Corrigé") < words.index("Voici la solution.") < words.index("Suite")
    assert made.html.index("Corrigé") < made.html.index("Voici la solution.") < made.html.index("Suite")


@pytest.mark.parametrize("kind", ["THEORY", "METHOD", "EXAMPLE", "EXERCISE", "SUMMARY", "TIP", "FIGURE"])
def test_every_kind_of_brick_can_be_set(kind):
    assert (
        render(sheet(part(f"{TABLE}\n\n```\ncode\n```\n\n---\n\n~~non~~  \noui", kind=kind))).page_count == 1
    )


def test_a_png_is_set_like_a_drawing():
    file = io.BytesIO()
    Picture.new("RGB", (60, 30), "navy").save(file, "PNG")
    png = Image("image/png", base64.b64encode(file.getvalue()).decode())
    made = render(sheet(part("![Un rectangle](figure:photo){width=50%}"), images={"photo": png}))
    assert [element["/Alt"] for element in elements_of(made.pdf) if element["/S"] == "/Figure"] == [
        "Un rectangle"
    ]
    assert 'src="data:image/png;base64,' in made.html and 'width="50%"' in made.html


def test_a_figure_higher_than_the_page_is_made_to_fit():
    tall = image(
        '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="5000"><rect width="9" height="9"/></svg>'
    )
    assert render(sheet(part("![Haut](figure:haut)"), images={"haut": tall})).page_count == 1


def refused(wanted):
    with pytest.raises(SheetRefused) as caught:
        render(wanted)
    return caught.value


def test_a_missing_figure_is_refused_with_its_place():
    facts = refused(sheet(part("mot\n\nVoir ![x](figure:nulle)"))).facts
    assert (facts["code"], facts["name"]) == ("figure", "nulle")
    assert (facts["part"], facts["field"], facts["line"], facts["column"]) == ("Une somme", "body", 3, 6)


def test_a_sign_that_no_font_has_is_refused_with_the_part_it_stands_in():
    facts = refused(sheet(part("d’accord"), part("bien 😀 sûr", title="Deux"))).facts
    assert (facts["code"], facts["characters"]) == ("glyph", "😀")
    assert (facts["part"], facts["field"], facts["line"], facts["column"]) == ("Deux", "body", 1, 6)
    assert refused(sheet(title="漢")).facts["characters"] == "漢"


def test_what_is_nested_too_deeply_is_refused():
    facts = refused(sheet(part(answer="> " * 20 + "a"))).facts
    assert (facts["code"], facts["field"], facts["line"]) == ("text", "answer", 1)


HOSTILE = [
    '#read("/etc/passwd")',
    '"); read("/etc/passwd") //',
    '\\"#{panic()}',
    '#include "a" $ #import "@preview/x:1.0.0": *',
    "*_`<label>`@ref = titre \\u{41} //com /* x */ ~ -- ... [ ] { } ( )",
    "\\",
    '\\"',
    "]]]}}})))",
    "{{7*7}} {% now %} ${x}",
    "\u2028\u2029\x00\x07\x1b",
    "\ud800",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_words_are_words_in_every_field(words):
    made = render(
        sheet(
            part(f"mot {words}", title=words, source=words, answer=f"- {words}"),
            title=words,
            language="en",
            sections=(Section(words, (part(f"`{words.replace('`', '')}`", title=words, source=words),)),),
            values=dict.fromkeys(
                ("subject", "level", "student_name", "teacher_name", "date", "duration", "seed"), words
            ),
        )
    )
    assert made.page_count == 1
    if words.isprintable():
        assert words.split("`")[0] in reader(made.pdf).metadata.title.replace("\u00a0", " ").replace(
            "\u202f", " "
        )


def test_a_literal_ends_where_it_ends():
    assert string('a"b\\c\nd') == '"a\\u{22}b\\u{5c}c\\u{a}d"'


def test_the_operations_speak_json():
    made = render_operation(sheet().as_payload())
    assert base64.b64decode(made["pdf"]).startswith(b"%PDF-1.7")
    assert made["page_count"] == 1 and made["html"].startswith("<!DOCTYPE html>")
    preview = preview_operation(sheet().as_payload())
    assert preview["pdf"] == made["pdf"]
    assert [base64.b64decode(page)[:4] for page in preview["pages"]] == [b"\x89PNG"]
