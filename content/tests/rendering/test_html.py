"""The page: self-contained, semantic, sanitised."""

import hashlib
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from content.rendering import html
from content.rendering.cleaning import clean
from content.rendering.sheet import render

from .sheets import part, sheet


def page(*parts, **changes):
    return render(sheet(*parts, **changes)).html


def soup(*parts, **changes):
    return BeautifulSoup(page(*parts, **changes), "html.parser")


def test_it_tells_its_language_and_title():
    root = soup()
    assert root.html["lang"] == "fr"
    assert root.title.text == "Fiche\u00a0: sommes"
    assert root.h1.text == "Fiche\u00a0: sommes"


def test_it_reaches_for_nothing_outside():
    written = page(part("![Carré](figure:carre) [lien](https://exemple.fr)", answer="x"), variant="TEACHER")
    assert (
        "<script" not in written
        and "<link" not in written
        and "@import" not in written
        and "url(" not in written
    )
    sources = re.findall(r'\bsrc="([^"]*)"', written)
    assert sources and all(source.startswith("data:image/") for source in sources)
    assert re.findall(r'href="([^"]*)"', written) == ["https://exemple.fr"]
    assert 'rel="noopener noreferrer"' in written


def test_a_page_with_formulas_brings_the_font_that_lets_their_brackets_grow():
    written = page(part(r"$\left(\dfrac{1}{2}\right)$"))
    assert re.findall(r"url\([^,]{0,40}", written) == ['url("data:font/woff2;base64']
    assert 'math { font-family: "Sheet Maths"' in written and 'font-family: "Sheet Maths"; src' in written
    assert len(written) < 150_000
    assert "font/woff2" not in page(part("<math> sans formule"))


@pytest.mark.parametrize("folder", ["fonts", "vendor/temml"])
def test_what_others_made_is_what_its_notice_says(folder):
    folder = Path(html.__file__).parent / folder
    told = dict(re.findall(r"^\| `(.+)` \| `(\w{64})` \|$", (folder / "README.md").read_text(), re.MULTILINE))
    kept = [each for each in folder.iterdir() if each.suffix in (".otf", ".woff2", ".js")]
    assert told == {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in kept}


def test_lists_in_lists_are_numbered_as_in_the_pdf():
    style = html.stylesheet(formulas=False)
    assert "\nol ol { list-style-type: lower-alpha; }\nol ol ol { list-style-type: lower-roman; }\n" in style


def test_headings_follow_each_other():
    root = soup(part("# A\n\n### B\n\n## C"), part("texte"))
    assert [node.name for node in root.find_all(["h1", "h2", "h3", "h4", "h5", "h6"])] == [
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h5",
        "h3",
    ]


def test_tables_have_header_cells_with_their_scope_and_sides():
    root = soup(part("| a | b |\n|---|--:|\n| 1 | 2 |"))
    assert [(cell["scope"], cell.get("class")) for cell in root.find_all("th")] == [
        ("col", None),
        ("col", ["right"]),
    ]
    assert [cell.get("class") for cell in root.find_all("td")] == [None, ["right"]]


def test_figures_have_their_words():
    root = soup(part("![Un « carré »](figure:carre)"))
    assert root.figure.img["alt"] == "Un «\u202fcarré\u202f»"


def test_a_part_in_another_language_says_so():
    root = soup(part("Really ?", language="en", title="A text"), part("Vraiment ?"))
    foreign, own = root.find_all("article")
    assert [node.text for node in foreign.find_all(lang="en")] == ["A text", "Really ?"]
    assert own.find_all(lang=True) == []


def test_sources_are_told_once_at_the_end():
    root = soup(part(source="Programme 2025"), part(source="Programme 2025"), part(source="Un livre"))
    assert [item.text for item in root.footer.find_all("li")] == ["Programme 2025", "Un livre"]


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "<svg onload=alert(1)>",
        "</style><script>x</script>",
        "</title><script>x</script>",
        "<iframe src=//x>",
        "&lt;script&gt;",
    ],
)
def test_words_are_words_in_every_field(words):
    names = ("subject", "level", "student_name", "teacher_name", "date", "duration", "seed")
    root = soup(
        part(words, title=words, source=words, answer=words),
        title=words,
        language="en",
        values=dict.fromkeys(names, words),
        variant="TEACHER",
    )
    assert root.find_all(["script", "iframe", "img", "svg"]) == []
    assert root.h1.text == words
    assert not [node for node in root.find_all() for name in node.attrs if name.startswith("on")]


@pytest.mark.parametrize(
    ("dirty", "left"),
    [
        ("<p onclick=x>a</p>", "<p>a</p>"),
        ("<a href='javascript:x'>a</a>", "<a>a</a>"),
        ("<img src='https://x.fr/a.png' alt='a'>", '<img alt="a">'),
        ("<img src='data:text/html,x' alt='a'>", '<img alt="a">'),
        ("<math><mtext><img src=x onerror=y></mtext></math>", None),
        ("<math><annotation-xml encoding='text/html'><script>x</script></annotation-xml></math>", None),
        ("<mrow style='background:url(//x)'>a</mrow>", None),
        ("<style>p{}</style><p>a</p>", "<p>a</p>"),
    ],
)
def test_the_last_word_lets_nothing_run_or_fetch(dirty, left):
    cleaned = clean(dirty)
    if left is not None:
        assert cleaned.replace(' rel="noopener noreferrer"', "") == left
    assert not re.search(r"script|onerror|url|src=", cleaned)


def test_formulas_keep_their_mathml():
    fraction = '<mfrac linethickness="0px"><mi mathvariant="normal">a</mi><mn>2</mn></mfrac>'
    formula = f'<math display="block">{fraction}</math>'
    assert clean(formula) == formula
