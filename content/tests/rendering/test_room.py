"""The PDF: what is given room, how large it is printed, and what is kept together."""

import pytest

from content.rendering.sheet import Printing, render

from .sheets import part, reader, sheet, text_of


def printed(pdf, word):
    """Where on the first page words that hold this one begin, in points from the left, and their sizes."""
    found = []

    def note(text, around, at, font, size):
        found.extend([(round(around[4] + at[4] * around[0]), round(size * at[0], 1))] * (word in text))

    reader(pdf).pages[0].extract_text(visitor_text=note)
    return found


@pytest.mark.parametrize(("columns", "shrunk"), [(8, False), (14, True), (40, True)])
def test_a_table_is_shrunk_when_its_words_would_be_printed_over_each_other(columns, shrunk):
    row = "|" + "valeur x|" * columns
    made = render(sheet(part(f"{row}\n|{'---|' * columns}\n{row}")))
    assert all(size < 10.5 for _, size in printed(made.pdf, "valeur")) == shrunk
    assert text_of(made.pdf).count("valeur") == 2 * columns


def test_a_column_of_long_words_takes_from_those_that_can_be_broken():
    row = "| anticonstitutionnellement, anticonstitutionnellement |" + " un deux trois quatre |" * 4
    made = render(sheet(part(f"{row}\n|{'---|' * 5}\n{row}")))
    assert {size for _, size in printed(made.pdf, "stitution")} == {10.5}
    assert (
        min(printed(made.pdf, "deux"))[0] - min(printed(made.pdf, "stitution"))[0] > 150
    )  # the word's width


def test_the_sources_do_not_stand_on_a_page_of_their_own():
    for length in range(20, 60, 4):
        parts = [part("mot " * 60), *[part("mot " * 10 * length, source="Un livre") for _ in range(3)]]
        last = reader(render(sheet(*parts)).pdf).pages[-1].extract_text()
        assert "mot mot" in last, length


def test_sources_are_told_apart():
    parts = [part(source="Un livre"), part(source="Un autre.")]
    assert "Un livre. Un autre." in text_of(render(sheet(*parts)).pdf)


def test_code_is_nearly_as_large_as_the_words_around_it():
    made = render(sheet(part("Écris `dedans` :\n\n    dessous")))
    assert {size for word in ("dedans", "dessous") for _, size in printed(made.pdf, word)} == {9.2}


@pytest.mark.parametrize("latex", [r"\displaystyle\sum_{k=0}^{n} k", r"\dfrac{1}{2}", r"\cfrac{1}{1+x}"])
def test_what_is_higher_than_a_line_keeps_its_distance(latex):
    assert "tall(math.equation(" in Printing(sheet(part(f"- ${latex}$"))).source()
