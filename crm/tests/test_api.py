"""What is particular to the API of customers; what holds for every endpoint is in the kernel's conventions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.tests.factories import StaffFactory
from config.base.testing import api_client, etag
from crm.models import ContactEvent, Customer, OrderLine, Product
from crm.values import AXES

from . import factories as make
from .factories import FIRST_DAY

pytestmark = pytest.mark.django_db

URL = "/api/v1/crm"
AROMAS = {"fruit": 1, "floral": 2, "spice": 3, "mineral": 4, "acidity": 5, "body": 6, "tannin": 7}


def staff(*codenames):
    return api_client(StaffFactory(permissions=[f"crm.{codename}" for codename in codenames]))


def patch(client, path, row, body):
    return client.patch(f"{URL}/{path}/{row.pk}/", body, format="json", headers={"If-Match": etag(row)})


def act(client, path, row, action, body=None):
    headers = {"If-Match": etag(row)}
    return client.post(f"{URL}/{path}/{row.pk}/{action}/", body or {}, format="json", headers=headers)


def fields_of(answer):
    assert answer.status_code == 400, answer.content
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def test_aromas_are_one_object_read_and_written(staff_api):
    body = {"product_key": "pinot_noir_2022", "label": "Pinot noir 2022", "aroma_axes": AROMAS}
    created = staff_api.post(f"{URL}/products/", body, format="json")
    assert created.status_code == 201, created.content
    assert (created.json()["product_key"], created.json()["aroma_axes"]) == ("PINOT_NOIR_2022", AROMAS)
    assert not {f"aroma_{axis}" for axis in AXES} & created.json().keys()
    product = Product.objects.get()
    assert product.aroma_axes.as_dict() == AROMAS
    changed = patch(staff_api, "products", product, {"label": "Renamed"})
    assert changed.json()["aroma_axes"] == AROMAS, "what is not sent stays"
    cleared = patch(staff_api, "products", product, {"aroma_axes": None})
    assert cleared.json()["aroma_axes"] is None
    assert Product.objects.get().aroma_axes is None


@pytest.mark.parametrize(
    ("aromas", "key"),
    [
        ({**AROMAS, "smoke": 3}, "aroma_axes.smoke"),
        ({name: AROMAS[name] for name in AXES[:6]}, "aroma_axes.tannin"),
        ({**AROMAS, "body": 101}, "aroma_axes.body"),
        ({**AROMAS, "body": None}, "aroma_axes.body"),
        ("strong", "aroma_axes"),
    ],
)
@pytest.mark.parametrize("method", ["post", "patch"])
def test_aromas_that_are_none_are_refused_by_key(staff_api, aromas, key, method):
    if method == "post":
        body = {"product_key": "x", "label": "x", "aroma_axes": aromas}
        answer = staff_api.post(f"{URL}/products/", body, format="json")
    else:
        answer = patch(staff_api, "products", make.ProductFactory(), {"aroma_axes": aromas})
    errors = fields_of(answer)
    assert any(name == key or name.startswith(key) for name in errors), errors


def test_the_past_of_the_aromas_is_told(staff_api):
    product = make.ProductFactory()
    before = product.history.get().history_date
    patch(staff_api, "products", product, {"aroma_axes": {**AROMAS, "floral": 20}})
    url = f"{URL}/products/{product.pk}/"
    newest = staff_api.get(f"{url}history/").json()["results"][0]
    assert {change["field"] for change in newest["changes"]} == {"aroma_axes"}
    assert {(change["old"], change["new"]) for change in newest["changes"]} >= {(60, 1), (50, 5)}
    assert len(newest["changes"]) == 6, "the floral axis has not changed"
    past = staff_api.get(url, {"as_of": before.isoformat()}).json()
    assert past["aroma_axes"]["fruit"] == 60
    assert staff_api.get(url, {"fields": "aroma_axes"}).json() == {
        "aroma_axes": Product.objects.get().aroma_axes.as_dict()
    }


def test_an_unknown_price_or_family_is_null(staff_api):
    body = {"product_key": "x", "label": "x", "price_amount": "9.90", "season_tags": ["FESTIVE"]}
    created = staff_api.post(f"{URL}/products/", body, format="json").json()
    assert (created["price_currency"], created["family"], created["vintage"]) == ("EUR", None, None)
    product = Product.objects.get()
    assert fields_of(patch(staff_api, "products", product, {"price_amount": None})) == {
        "price_currency": "invalid"
    }
    both = {"price_amount": None, "price_currency": None, "season_tags": ["MONSOON"]}
    assert set(fields_of(patch(staff_api, "products", product, both))) == {"season_tags"}


def test_popularity_and_match_keys_are_not_the_clients(staff_api):
    product, customer = make.ProductFactory(), make.CustomerFactory(email="a@example.org")
    patch(staff_api, "products", product, {"popularity": 9, "label": "New"})
    assert Product.objects.get().popularity == 0
    patch(staff_api, "customers", customer, {"email_key": "x", "email": "B@example.org"})
    assert Customer.objects.get().email_key == "b@example.org"


def test_flags_follow_actions_and_events_only(staff_api):
    customer, other = make.CustomerFactory(), make.CustomerFactory()
    body = {"is_opted_out": True, "is_bounced": True, "merged_into": other.pk, "is_contactable": False}
    answer = patch(staff_api, "customers", customer, body).json()
    assert (answer["is_opted_out"], answer["is_bounced"], answer["merged_into"]) == (False, False, None)
    assert answer["is_contactable"] is False
    out = act(staff_api, "customers", customer, "opt-out", {"channel": "PHONE"})
    assert out.status_code == 200, out.content
    assert out.json()["is_opted_out"] is True
    assert out["ETag"] == etag(customer)
    assert ContactEvent.objects.get().channel == "PHONE"
    assert act(staff_api, "customers", customer, "opt-in").json()["is_opted_out"] is False
    assert fields_of(act(staff_api, "customers", customer, "opt-in", {"channel": "PIGEON"})) == {
        "channel": "invalid_choice"
    }


def test_an_event_told_by_another_system_sets_the_flag_once(staff_api):
    customer = make.CustomerFactory()
    body = {"customer": customer.pk, "channel": "EMAIL", "kind": "BOUNCED", "event_key": "mailer-17"}
    assert staff_api.post(f"{URL}/contact-events/", body, format="json").status_code == 201
    assert Customer.objects.get().is_bounced
    assert set(fields_of(staff_api.post(f"{URL}/contact-events/", body, format="json"))) == {"event_key"}
    del body["event_key"]
    assert staff_api.post(f"{URL}/contact-events/", body, format="json").status_code == 201


def test_who_may_only_look_opts_nobody_out():
    customer = make.CustomerFactory()
    assert act(staff("view_customer"), "customers", customer, "opt-out").status_code == 403
    assert not ContactEvent.objects.exists()


def test_an_audit_item_is_resolved_by_who_may_and_changed_by_nobody(staff_api):
    item = make.AuditItemFactory()
    assert act(staff("view_audititem"), "audit-items", item, "resolve").status_code == 403
    clerk = staff("view_audititem", "change_audititem")
    first = act(clerk, "audit-items", item, "resolve")
    assert first.status_code == 200, first.content
    assert act(clerk, "audit-items", item, "resolve").json()["resolved_at"] == first.json()["resolved_at"]
    assert patch(staff_api, "audit-items", item, {"message": "x"}).status_code == 405
    opened = staff_api.get(f"{URL}/audit-items/", {"resolved_at__isnull": "true"}).json()["results"]
    assert opened == []


@pytest.mark.parametrize(
    "path",
    [
        *("customer-merges", "client-master-profiles", "reco-items"),
        *("audit-items", "outcome-events"),
    ],
)
def test_what_services_own_is_not_written(staff_api, path):
    assert staff_api.post(f"{URL}/{path}/", {}, format="json").status_code == 405


def test_lines_are_found_by_customer_product_source_batch_and_date(staff_api):
    line = make.OrderLineFactory(source="shop", ordered_at=FIRST_DAY, batch=make.ImportBatchFactory())
    make.OrderLineFactory(source="fair", ordered_at=FIRST_DAY + timedelta(days=9))
    later = (FIRST_DAY + timedelta(days=1)).isoformat()
    for wanted in (
        {"customer": line.customer_id},
        {"product": line.product_id},
        {"source": " Shop"},
        {"order_reference": line.order_reference.lower()},
        {"batch": line.batch_id},
        {"ordered_at__lt": later},
        {"ordered_at__gte": FIRST_DAY.isoformat(), "ordered_at__lt": later},
    ):
        found = staff_api.get(f"{URL}/order-lines/", wanted).json()
        assert [each["id"] for each in found["results"]] == [line.pk], wanted
        assert "count" not in found, "a cursor never counts all rows"


def test_a_cancellation_is_negative_throughout(staff_api):
    line = make.OrderLineFactory()
    body = {
        "source": "shop",
        "order_reference": "C1",
        "line_key": "1",
        "ordered_at": FIRST_DAY.isoformat(),
        "customer": line.customer_id,
        "product": line.product_id,
        "unit_price": "4.00",
        "quantity": -2,
        "amount": "8.00",
    }
    assert set(fields_of(staff_api.post(f"{URL}/order-lines/", body, format="json"))) == {"quantity"}
    body["amount"] = "-8.00"
    created = staff_api.post(f"{URL}/order-lines/", body, format="json")
    assert (created.status_code, created.json()["currency"], created.json()["batch"]) == (201, "EUR", None)
    assert OrderLine.objects.count() == 2


def test_a_sold_product_and_a_customer_with_orders(staff_api):
    line = make.OrderLineFactory()
    for path, row, status in (("products", line.product, 409), ("customers", line.customer, 204)):
        answer = staff_api.delete(f"{URL}/{path}/{row.pk}/", headers={"If-Match": etag(row)})
        assert answer.status_code == status
    read = staff_api.get(f"{URL}/order-lines/{line.pk}/")
    assert read.json()["customer"] == line.customer_id
    again = staff_api.put(
        f"{URL}/order-lines/{line.pk}/", read.json(), format="json", headers={"If-Match": read["ETag"]}
    )
    assert again.status_code == 200, "what was read can be sent back"
    body = {**read.json(), "line_key": "2"}
    assert set(fields_of(staff_api.post(f"{URL}/order-lines/", body, format="json"))) == {"customer"}


def test_customers_are_found_by_name_and_address(staff_api):
    found = make.CustomerFactory(full_name="Élodie Œuvré", email="E.Oeuvre@Example.org")
    make.CustomerFactory(full_name="Jean Martin")
    for wanted in ({"search": "OEUVRE"}, {"email_key": "e.oeuvre@example.ORG"}):
        listed = staff_api.get(f"{URL}/customers/", wanted).json()["results"]
        assert [each["id"] for each in listed] == [found.pk], wanted
