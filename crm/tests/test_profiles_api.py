"""Profiles over the API: asked for, and told with what they lead to, as far as the reader may see."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from accounts.tests.factories import StaffFactory
from config.base.testing import api_client
from crm.models import ClientMasterProfile
from crm.tests import factories as make

pytestmark = pytest.mark.django_db

URL = "/api/v1/crm/client-master-profiles"


def staff(*codenames):
    return api_client(StaffFactory(permissions=[f"crm.{codename}" for codename in codenames]))


def overview(client, customer):
    return client.get(f"/api/v1/crm/customers/{customer.pk}/overview/")


@pytest.mark.django_db(transaction=True)
def test_profiles_are_built_in_the_background():
    line = make.OrderLineFactory()
    client = staff("view_clientmasterprofile", "add_clientmasterprofile")
    asked = client.post(f"{URL}/build/", {"as_of": "2022-01-01"}, format="json")
    assert asked.status_code == 202, asked.content
    assert asked.json()["profiles"].endswith("/client-master-profiles/?as_of=2022-01-01")
    assert not ClientMasterProfile.objects.exists()
    call_command("db_worker", "--batch", "--no-startup-delay", verbosity=0)
    (profile,) = client.get(asked.json()["profiles"]).json()["results"]
    assert (profile["customer"], profile["frequency"]) == (line.customer_id, 1)


@pytest.mark.parametrize("body", [{}, {"as_of": "soon"}, {"as_of": "2022-01-01", "when": 1}])
def test_a_request_that_is_none_is_refused(body):
    answer = staff("add_clientmasterprofile").post(f"{URL}/build/", body, format="json")
    assert answer.status_code == 400
    assert not DBTaskResult.objects.exists()


def test_who_may_only_look_builds_nothing():
    reader = staff("view_clientmasterprofile")
    assert reader.post(f"{URL}/build/", {"as_of": "2022-01-01"}, format="json").status_code == 403


def test_the_overview_tells_what_the_page_tells():
    item = make.RecoItemFactory()
    customer = item.customer
    make.ClientMasterProfileFactory(customer=customer)
    make.OrderLineFactory(customer=customer)
    make.OutcomeEventFactory(reco_item=item)
    names = ("clientmasterprofile", "recoitem", "orderline", "contactevent", "outcomeevent", "customer")
    told = overview(staff(*(f"view_{name}" for name in names)), customer).json()
    assert told["profile"]["segment"] == "LOYAL"
    assert told["silence"] == {"reason": None, "last_sent": None, "days": 14, "until": None}
    assert [axis["name"] for axis in told["axes"]][:2] == ["fruit", "floral"]
    assert (told["run"], [each["id"] for each in told["items"]]) == (item.run_id, [item.pk])
    assert len(told["outcomes"]) == 1


def test_what_the_reader_may_not_see_is_left_out():
    item = make.RecoItemFactory()
    make.OrderLineFactory(customer=item.customer)
    told = overview(staff("view_clientmasterprofile", "view_customer"), item.customer).json()
    assert told == {"profile": None, "axes": [], "silence": None, "run": None, "items": [], "outcomes": []}
    assert overview(staff("view_customer"), item.customer).status_code == 403


def test_the_overview_costs_the_same_for_one_line_and_for_many():
    client = staff("view_clientmasterprofile", "view_recoitem", "view_orderline", "view_customer")
    costs = []
    for number in (1, 9):
        customer = make.CustomerFactory()
        make.ClientMasterProfileFactory(customer=customer)
        for _each in range(number):
            make.OrderLineFactory(customer=customer)
        overview(client, customer)
        with CaptureQueriesContext(connection) as queries:
            overview(client, customer)
        costs.append(len(queries))
    assert costs[0] == costs[1]
