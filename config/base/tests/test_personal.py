"""Every model says what it holds of people: one added next year is held to it the day it is written."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from config.base import personal
from config.base.introspection import is_kernel_model, kernel_models
from config.base.mentions import MASK, SHORTEST, Kind, Masker, forms

DECLARED = personal.declared()
EVERY = pytest.mark.parametrize("each", DECLARED, ids=lambda each: each.model._meta.label)
TEXTS = (models.CharField, models.TextField, models.JSONField, models.FileField)


def texts_of(model):
    """Columns that could hold a word about somebody: choices cannot, nor can what Django links by."""
    return {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, TEXTS) and not field.choices and not field.primary_key
    }


def stored_models():
    return {
        model
        for model in apps.get_models()
        if not hasattr(model, "instance_type") and model._meta.managed and not model._meta.proxy
    }


def test_every_model_is_declared_or_left_with_a_reason():
    named = [each.model for each in DECLARED]
    assert len(named) == len(set(named))
    assert set(named) | personal.left().keys() == stored_models() - _of_the_tests()
    assert not set(named) & personal.left().keys()
    assert all(reason.strip() for reason in personal.left().values())


def _of_the_tests():
    return {model for model in stored_models() if ".tests." in model.__module__}


@EVERY
def test_every_text_of_a_declared_model_is_accounted_for(each):
    if each.purge and not is_kernel_model(each.model):
        return  # no history keeps what is deleted
    known = {*each.blank, *each.mention, *each.proven, *each.impersonal}
    assert texts_of(each.model) <= known, f"say what becomes of {texts_of(each.model) - known}"
    assert all(reason.strip() for reason in each.impersonal.values())


@EVERY
def test_a_declaration_names_columns_that_there_are(each):
    names = {field.name for field in each.model._meta.concrete_fields}
    assert {*each.blank, *each.mention, *each.proven, *each.impersonal, *each.identifies} <= names
    assert not each.impersonal.keys() & {*each.blank, *each.mention, *each.proven}
    assert set(each.identifies) <= {*each.blank, *(names if each.purge else ())}, "what identifies goes"


@EVERY
def test_an_export_shows_neither_secrets_nor_answer_keys_nor_other_people(each):
    for path in each.export:
        model = each.model
        *links, last = path.split("__")
        for link in links:
            model = model._meta.get_field(link).related_model
            assert model is not None
            assert model._meta.label != "accounts.User", f"{path} leads to somebody"
        field = model._meta.get_field(last)
        assert not field.is_relation, f"{path} is a number that tells nothing, or somebody"
        assert last not in getattr(model, "secret_fields", ())
        assert last not in getattr(model, "restricted_fields", {})


@pytest.mark.parametrize("label", ["accounts.User", "crm.Customer"])
def test_what_identifies_is_looked_for(label):
    declaration = next(each for each in DECLARED if each.model is apps.get_model(label))
    assert {Kind.EMAIL, Kind.NAME, Kind.PHONE} <= set(declaration.identifies.values())


def test_every_kernel_model_with_a_link_to_people_is_declared():
    """By any chain of foreign keys: what has one is about somebody, until a reason says otherwise."""
    reached = {apps.get_model("accounts.User")}
    while True:
        more = {
            model
            for model in kernel_models()
            for field in model._meta.concrete_fields
            if field.is_relation and field.db_constraint and field.related_model in reached
        }
        if more <= reached:
            break
        reached |= more
    assert len(reached) > 25
    assert reached <= {each.model for each in DECLARED} | personal.left().keys()


NEEDLES = {
    **forms(Kind.NAME, "Élodie Martin"),
    **forms(Kind.EMAIL, "elodie@example.org"),
    **forms(Kind.USERNAME, "el.martin"),
    **forms(Kind.PHONE, "+33612345678"),
    **forms(Kind.ADDRESS, "4 rue des Vignes"),
    **forms(Kind.CODE, "CUST_00042"),
}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Élodie Martin a écrit.", "[…] a écrit."),
        ("ELODIE  MARTIN, MARTIN Élodie", "ELODIE  MARTIN, […]"),
        ("Paul Martin, Élodie Durand", None),
        ("E\u0301lodie Martine\u0301 and E\u0301lodie Martin\u0301.", "E\u0301lodie Martine\u0301 and […]."),
        ("Élodie Martin-Durand, Mélodie Martin, Élodie Martins", None),
        ("<ELODIE@Example.org>, mailto:elodie%40example.org", "<[…]>, mailto:[…]"),
        ("my.elodie@example.org, my-elodie@example.org, elodie@example.organic", None),
        ("el.martin@elsewhere.example", None),
        ("@el.martin, (El.Martin) el.martin.", "@[…], ([…]) […]."),
        ("axel.martin, el.martin-x, el.martin_x, el.martin.x", None),
        ("06 12 34 56 78, 06.12.34.56.78, 0612345678", "[…], […], […]"),
        ("+33612345678; +33 6 12 34 56 78; tel:+33-6-12-34-56-78", "[…]; […]; tel:[…]"),
        ("406123456781", None),
        (
            "14 rue des Vignes; 4, rue des Vignes; 4 RUE DES VIGNES",
            "14 rue des Vignes; 4, rue des Vignes; […]",
        ),
        ("cust_00042, CUST_000421", "[…], CUST_000421"),
        ("orders_Élodie Martin_2.csv, Élodie Martin.csv", "orders_[…]_2.csv, […].csv"),
        ("", None),
        ({"a": ["Élodie Martin", 7, None, True]}, {"a": ["[…]", 7, None, True]}),
        ('[{"added": {"name": "\\u00c9lodie Martin"}}]', '[{"added": {"name": "[\\u2026]"}}]'),
        (None, None),
    ],
)
def test_a_mention_is_masked_whole_and_nothing_else_is(text, masked):
    assert Masker(NEEDLES)(text) == (text if masked is None else masked)


def test_a_mask_is_never_longer_than_what_it_stands_for():
    assert len(MASK) <= SHORTEST
    assert not forms(Kind.NAME, "Li")
    assert not forms(Kind.CODE, "1234")
    assert not forms(Kind.PHONE, None)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["ÉLODIE Martin", "elodie martin", "x" * 50 + "Élodie MARTIN"])
def test_the_database_finds_what_is_masked(text):
    from .helpers import make, model_of

    review = make("learning.Review", comment=text)
    brick = make("crm.AuditItem", details={"value": text})
    for row, column in ((review, "comment"), (brick, "details")):
        rows = model_of(row._meta.label).objects
        assert list(rows.filter(personal.Mentions(column, NEEDLES))) == [row]
        assert not rows.filter(personal.Mentions(column, forms(Kind.NAME, "Paul Durand"))).exists()
