"""When two keys, labels or addresses are the same: one notion, in the database as in the code, on every path."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from config.base import integrity
from config.base.tests.helpers import assert_sound, dump, load
from crm import models
from crm.validators import email_match_key, normalize_key, normalize_label

from . import factories as make

SAME_KEYS = [
    ("cust_001", " CUST_001 "),
    ("ｃ１", "C1"),
    ("straße", "STRASSE"),
    ("a  b", "A b"),
    ("ﬁn", "FIN"),
]


@pytest.mark.parametrize(("one", "other"), SAME_KEYS)
def test_keys_that_differ_in_writing_only_are_one(one, other):
    assert normalize_key(one) == normalize_key(other)
    assert normalize_label(one) == normalize_label(other)


@pytest.mark.parametrize(("one", "other"), [("é", "e"), ("a b", "ab"), ("1", "1.0"), ("cuvée", "cuvee")])
def test_what_a_person_tells_apart_stays_apart(one, other):
    assert normalize_key(one) != normalize_key(other)
    assert normalize_label(one) != normalize_label(other)


@pytest.mark.parametrize("normalize", [normalize_key, normalize_label])
def test_a_normal_form_is_its_own_normal_form(normalize):
    letters = map(chr, range(sys.maxunicode + 1))
    unstable = [
        f"U+{ord(each):04X}"
        for each in letters
        if unicodedata.category(each) != "Cs" and normalize(normalize(each)) != normalize(each)
    ]
    assert unstable == []


def test_keys_and_labels_agree_on_what_is_the_same():
    letters = [chr(code) for code in range(0x3000) if unicodedata.category(chr(code)) != "Cs"]
    by_key, by_label = {}, {}
    for each in letters:
        by_key.setdefault(normalize_key(each), set()).add(each)
        by_label.setdefault(normalize_label(each), set()).add(each)
    split = [group for group in by_label.values() if len({normalize_key(each) for each in group}) > 1]
    assert split == [], "one label, two keys"


@pytest.mark.django_db
def test_a_code_is_stored_and_looked_up_in_its_normal_form():
    customer = make.CustomerFactory(customer_code=" cust_Éa ")
    customer.refresh_from_db()
    assert customer.customer_code == "CUST_ÉA"
    assert models.Customer.objects.get(customer_code="Cust_éA") == customer
    models.Customer.objects.filter(pk=customer.pk).update(customer_code="other")
    assert models.Customer.objects.get().customer_code == "OTHER"
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Customer.objects.bulk_create([make.CustomerFactory.build(customer_code="oTHER")])
    with pytest.raises(ValidationError) as error:
        make.CustomerFactory.build(customer_code="other ").full_clean()
    assert "customer_code" in error.value.message_dict


@pytest.mark.django_db
def test_a_line_is_the_same_however_its_order_is_written():
    make.OrderLineFactory(source="Shop", order_reference="a-1", line_key="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        make.OrderLineFactory(source="shop ", order_reference="A-1", line_key="X")


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("Ada@Example.ORG ", "ada@example.org"),
        ("ada@münch.de", "ada@münch.de"),
        ("Ada@XN--MNCH-0RA.de", "ada@münch.de"),
        ("", None),
        (None, None),
    ],
)
def test_addresses_are_matched_as_at_sign_in(address, key):
    assert email_match_key(address) == key


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["save", "partial", "update", "bulk_create", "bulk_update", "loaddata"])
def test_the_match_key_follows_the_address_on_every_path(path, tmp_path):
    customer = make.CustomerFactory(email="first@example.org")
    assert customer.email_key == "first@example.org"
    new = "Élodie@Example.org"
    if path == "save":
        customer.email = new
        customer.save()
    elif path == "partial":
        customer.email = new
        customer.save(update_fields=["email"])
    elif path == "update":
        models.Customer.objects.update(email=new)
    elif path == "bulk_create":
        customer.delete()
        models.Customer.objects.bulk_create([make.CustomerFactory.build(email=new)])
    elif path == "bulk_update":
        customer.email = new
        models.Customer.objects.bulk_update([customer], ["email"])
    else:
        (row,) = json.loads(dump(customer))
        row["fields"] |= {"email": new, "email_key": "wrong"}
        load(json.dumps([row]), tmp_path)
    stored = models.Customer.objects.get()
    assert stored.email_key == "élodie@example.org"
    assert models.Customer.objects.by_email("ÉLODIE@example.org").get() == stored
    assert_sound(models.Customer)
    stored.email = ""
    stored.save()
    stored.refresh_from_db()
    assert (stored.email, stored.email_key) == (None, None)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["save", "update", "loaddata"])
def test_the_compared_label_follows_the_label_as_written(path, tmp_path):
    alias = make.ProductAliasFactory(raw_label="Château  Margaux")
    assert alias.normalized_label == "château margaux"
    if path == "save":
        alias.raw_label = " PÉTRUS "
        alias.save()
    elif path == "update":
        models.ProductAlias.objects.update(raw_label=" PÉTRUS ")
    else:
        (row,) = json.loads(dump(alias))
        row["fields"]["raw_label"] = " PÉTRUS "
        load(json.dumps([row]), tmp_path)
    assert models.ProductAlias.objects.for_label("pétrus").get() == alias


@pytest.mark.django_db
def test_one_name_stands_for_one_product():
    make.ProductAliasFactory(raw_label="Pinot Noir 2022")
    other = make.ProductAliasFactory.build(product=make.ProductFactory(), raw_label="PINOT  noir 2022")
    with pytest.raises(ValidationError) as error:
        other.full_clean()
    assert "raw_label" in error.value.message_dict
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()
    with pytest.raises(ValidationError, match="not empty"):
        make.ProductAliasFactory.build(product=other.product, raw_label="\u3000 ").full_clean()


@pytest.mark.django_db
def test_check_data_finds_derived_columns_that_were_written_past_the_kernel():
    customer, alias = make.CustomerFactory(), make.ProductAliasFactory()
    models.Customer.objects.update(email_key="wrong@example.org")
    models.ProductAlias.objects.update(normalized_label="wrong")
    found = {each.object: each.found for each in integrity.find_problems()}
    assert found == {
        "crm_customer.email_key": f"row {customer.pk}",
        "crm_productalias.normalized_label": f"row {alias.pk}",
    }
