"""What is particular to the back office of customers; what holds for every admin is in the kernel's conventions."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.base.tests.admin_helpers import form_of, signed_in, text_of, url_of
from crm.models import (
    AuditItem,
    ContactEvent,
    Customer,
    ImportBatch,
    OrderLine,
    Product,
    ProductAlias,
    RecoItem,
    RecoRun,
)

from . import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return signed_in()


def run(client, model, action, *rows):
    body = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(url_of(model, "changelist"), body, follow=True)


def shown(client, model, **query):
    return set(client.get(url_of(model, "changelist"), query).context["cl"].result_list)


def test_selected_customers_are_opted_out_and_in(boss):
    customers = [make.CustomerFactory(), make.CustomerFactory()]
    assert "2 rows were changed." in text_of(run(boss, Customer, "opt_out_selected", *customers))
    assert Customer.objects.filter(is_opted_out=True).count() == 2
    run(boss, Customer, "opt_in_selected", customers[0])
    assert list(Customer.objects.filter(is_opted_out=True)) == customers[1:]
    assert ContactEvent.objects.filter(created_by=boss.user).count() == 3


def test_who_may_only_look_is_not_offered_the_actions():
    customer = make.CustomerFactory()
    reader = signed_in(permissions=["crm.view_customer"])
    assert "opt_out_selected" not in text_of(reader.get(url_of(Customer, "changelist")))
    run(reader, Customer, "opt_out_selected", customer)
    assert not Customer.objects.get().is_opted_out


def test_flags_are_shown_and_not_offered(boss):
    customer = make.CustomerFactory(is_opted_out=True)
    url = url_of(Customer, "change", customer.pk)
    form = form_of(boss.get(url))
    assert {"is_opted_out", "is_bounced", "merged_into", "first_batch", "email_key"}.isdisjoint(form)
    boss.post(url, {**form, "full_name": "Renamed", "is_opted_out": ""})
    stored = Customer.objects.get()
    assert (stored.full_name, stored.is_opted_out) == ("Renamed", True)


def test_the_page_of_a_customer_with_many_orders_lists_none_of_them(boss):
    customer, product = make.CustomerFactory(), make.ProductFactory()
    url = url_of(Customer, "change", customer.pk)
    boss.get(url)
    sizes = []
    for number in (1, 300):
        OrderLine.objects.bulk_create(
            make.OrderLineFactory.build_batch(number, customer=customer, product=product)
        )
        with CaptureQueriesContext(connection) as queries:
            page = boss.get(url)
        sizes.append((len(page.content), len(queries)))
    assert sizes[0] == sizes[1]
    link = f"{url_of(OrderLine, 'changelist')}?customer__id__exact={customer.pk}"
    assert f'href="{link}"' in text_of(page)
    make.OrderLineFactory()
    assert {line.customer for line in boss.get(link).context["cl"].queryset} == {customer}


def test_orders_are_found_by_their_number_their_customer_and_their_product(boss):
    customer = make.CustomerFactory(full_name="Élodie Œuvré")
    product = make.ProductFactory(label="Château Margaux")
    line = make.OrderLineFactory(order_reference="A-77-1", customer=customer, product=product)
    make.OrderLineFactory()
    for term in ("a-77", customer.customer_code.lower(), "oeuvre", "chateau margaux", "elodie a-77"):
        assert shown(boss, OrderLine, q=term) == {line}, term


def test_a_product_is_edited_with_its_names(boss):
    product = make.ProductAliasFactory(raw_label="Old name").product
    other = make.ProductAliasFactory(raw_label="Taken")
    url = url_of(Product, "change", product.pk)
    form = form_of(boss.get(url))
    form |= {
        "aliases-TOTAL_FORMS": "2",
        "aliases-1-raw_label": "TAKEN ",
        "aliases-1-source": "",
        "aliases-1-id": "",
    }
    form["aliases-1-product"] = product.pk
    assert "This name stands for a product already." in text_of(boss.post(url, form))
    response = boss.post(url, {**form, "aliases-1-raw_label": "New  name", "aroma_fruit": "61"})
    assert response.status_code == 302, response.context["errors"]
    assert set(product.aliases.values_list("normalized_label", flat=True)) == {"old name", "new name"}
    assert ProductAlias.objects.get(pk=other.pk).version == 1
    assert Product.objects.get(pk=product.pk).aroma_axes.fruit == 61


def test_six_aromas_of_seven_are_refused_on_the_form(boss):
    url = url_of(Product, "change", make.ProductFactory().pk)
    page = boss.post(url, {**form_of(boss.get(url)), "aroma_body": ""})
    assert "Give all seven aromas, or none." in text_of(page)


def test_audit_items_are_filtered_and_resolved(boss):
    error = make.AuditItemFactory(severity="ERROR", code="bad_date")
    other = make.AuditItemFactory()
    assert shown(boss, AuditItem, severity__exact="ERROR") == {error}
    assert shown(boss, AuditItem, code="bad_date") == {error}
    run(boss, AuditItem, "resolve_selected", error)
    assert shown(boss, AuditItem, resolved="no") == {other}
    assert shown(boss, AuditItem, resolved="yes") == {error}
    clerk = signed_in(permissions=["crm.view_audititem", "crm.change_audititem"])
    run(clerk, AuditItem, "resolve_selected", other)
    assert not AuditItem.objects.open().exists()
    assert clerk.post(url_of(AuditItem, "change", other.pk), {"message": "x"}).status_code == 403
    reader = signed_in(permissions=["crm.view_audititem"])
    assert "resolve_selected" not in text_of(reader.get(url_of(AuditItem, "changelist")))


def test_the_reasons_of_a_recommendation_are_a_sum_one_can_read(boss):
    item = make.RecoItemFactory()
    page = text_of(boss.get(url_of(RecoItem, "change", item.pk)))
    assert "<div>+0.5000 how often</div>" in page
    assert "= 0.7500" in page
    assert "times_bought" in page
    assert "Vous en avez pris quatre fois." in page


@pytest.mark.parametrize(
    ("factory", "part", "name"),
    [
        (make.ImportBatchFactory, lambda whole: make.AuditItemFactory(batch=whole), AuditItem),
        (make.RecoRunFactory, lambda whole: make.RecoItemFactory(run=whole), RecoItem),
    ],
)
def test_what_a_service_left_leads_to_its_parts(boss, factory, part, name):
    whole = factory()
    row = part(whole)
    part(factory())
    page = text_of(boss.get(url_of(type(whole), "change", whole.pk)))
    field = "batch" if isinstance(whole, ImportBatch) else "run"
    link = f"{url_of(name, 'changelist')}?{field}__id__exact={whole.pk}"
    assert link in page
    assert set(boss.get(link).context["cl"].queryset) == {row}
    assert isinstance(whole, (ImportBatch, RecoRun))


def test_the_dashboard_says_whom_to_contact_and_what_is_open(boss):
    make.CustomerFactory(is_opted_out=True)
    make.CustomerFactory()
    make.AuditItemFactory(resolved_at=make.FIRST_DAY)
    figures = {each.label: each for each in boss.get("/admin/").context["figures"]}
    assert (figures["Customers to be contacted"].value, figures["Open audit items"].value) == (1, 0)
    assert (
        len(shown(boss, Customer, is_contactable__exact=1, is_opted_out__exact=0, is_bounced__exact=0)) == 1
    )


def test_whom_a_run_left_out_is_named_and_asks_nothing_of_anybody(boss):
    customer = make.CustomerFactory(customer_code="LEFT-OUT")
    make.AuditItemFactory(
        batch=None,
        run=make.RecoRunFactory(),
        severity="INFO",
        code="opted_out",
        object_type="crm.customer",
        object_id=customer.pk,
    )
    assert reverse("admin:crm_customer_page", args=[customer.pk]) in text_of(
        boss.get(url_of(AuditItem, "changelist"))
    )
    assert shown(boss, AuditItem, resolved="no") == set()
