"""What a text is refused for when it is saved, and a brick when it is published: each with its place."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from config.base.exceptions import DomainError
from config.base.tests.api_helpers import if_match
from content import checking
from content.checking import problems_of_many
from content.models import ContentBrick
from content.services import publish_brick

from .factories import ContentBrickFactory, ContentFigureFactory

pytestmark = pytest.mark.django_db

ALL_WRONG = """Look:

![](figure:square) and ![A circle](figure:circle)

[here](javascript:alert(1)) or ![x](https://example.org/x.png)

日 is in no font."""


def found_in(error):
    return [(each.code, each.field, each.line) for each in error.value.problems]


def test_publishing_lists_every_problem_with_its_place():
    ContentFigureFactory(name="square")
    brick = ContentBrickFactory(body=ALL_WRONG, answer="![A circle](figure:circle)")
    with pytest.raises(DomainError) as error:
        publish_brick(brick=brick)
    assert error.value.code == "not_publishable"
    assert found_in(error) == [
        ("alt", "body", 3),
        ("figure", "body", 3),
        ("link", "body", 5),
        ("image", "body", 5),
        ("glyph", "body", 7),
        ("figure", "answer", 1),
    ]
    assert "Line 3, column 24" in error.value.problems[1].message
    assert not ContentBrick.objects.published().exists()


def test_what_is_right_is_published_and_a_dollar_for_money_too():
    ContentFigureFactory(name="square")
    body = "![A square](figure:square)\n\n[here](https://example.org/) for 5 $, <b>bold</b>"
    assert publish_brick(brick=ContentBrickFactory(body=body)).number == 1


def test_the_api_says_each_problem_under_its_field(staff_api):
    brick = ContentBrickFactory(body="![](figure:square)")
    url = f"/api/v1/content/bricks/{brick.pk}/publish/"
    answer = staff_api.post(url, headers={**if_match(brick), "Accept-Language": "fr"})
    assert answer.status_code == 409
    assert [error["field"] for error in answer.json()["errors"]] == ["body", "body"]
    assert "Ligne 1, colonne 1\xa0: la figure «\xa0square\xa0»" in answer.json()["errors"][0]["message"]


def test_an_exercise_without_an_answer_is_said_and_published():
    brick = ContentBrickFactory(answer="")
    review = checking.review(
        title="t", kind="EXERCISE", language="fr", body="Why?", answer="", source="", images={}
    )
    assert [(each.code, each.is_warning) for each in review.problems] == [("no_answer", True)]
    assert publish_brick(brick=brick)


def test_a_text_that_is_too_long_is_refused_with_words_and_never_read(staff_api, monkeypatch):
    monkeypatch.setattr(checking, "run", lambda *args, **kwargs: pytest.fail("read"))
    brick = ContentBrickFactory(answer="")
    brick.body = "$x$" * 1_000_000
    with pytest.raises(ValidationError) as error:
        brick.full_clean()
    assert "50000" in str(error.value.message_dict["body"])


def test_only_changed_texts_are_read_again(monkeypatch):
    brick = ContentBrick.objects.get(pk=ContentBrickFactory().pk)
    read = []
    monkeypatch.setattr(
        checking,
        "run",
        lambda name, payload: read.append(payload) or {"problems": [[] for _ in payload["texts"]]},
    )
    brick.difficulty = 3
    brick.full_clean()
    assert read == []
    brick.answer = "$y$"
    brick.full_clean()
    assert [[text["name"] for text in payload["texts"]] for payload in read] == [["answer"]]


def test_many_texts_are_read_in_one_go(monkeypatch):
    asked = []
    run = checking.run
    monkeypatch.setattr(checking, "run", lambda *args: asked.append(args) or run(*args))
    assert problems_of_many([{"body": f"${number}$"} for number in range(500)], language="fr") == [[]] * 500
    assert len(asked) == 1


def test_words_are_in_the_language_of_who_asks():
    brick = ContentBrickFactory(body="[x](ftp://example.org/)")
    with translation.override("fr"), pytest.raises(DomainError) as error:
        publish_brick(brick=brick)
    assert "Texte – Ligne 1, colonne 1\xa0: le lien mène à «\xa0ftp://example.org/\xa0»" in str(error.value)


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("Soit\n\n$\\frac{1}{2} + \\foo$", "Ligne 3, colonne 16", "la commande \\foo n’est pas connue"),
        ("Soit $\\frac{1}{$.", "Ligne 1, colonne 16", "il manque à une commande"),
    ],
)
def test_a_formula_that_cannot_be_set_is_refused_on_save_in_a_draft_too(text, place, reason):
    brick = ContentBrickFactory(answer="")
    brick.body = text
    with translation.override("fr"), pytest.raises(ValidationError) as error:
        brick.full_clean()
    assert list(error.value.message_dict) == ["body"]
    assert place in error.value.message_dict["body"][0]
    assert reason in error.value.message_dict["body"][0]
