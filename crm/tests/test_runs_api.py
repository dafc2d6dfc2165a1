"""Runs over the API: asked for, exported, compared, and their customers noted as contacted."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from accounts.tests.factories import StaffFactory
from config.base.testing import api_client, etag
from crm.models import ContactEvent, RecoItem, RecoRun
from crm.recommending.export import export_items
from crm.selectors.runs import compare_runs, run_before
from crm.services import recommend
from crm.tests.factories import RecoItemFactory, RecoRunFactory
from crm.tests.run_helpers import AS_OF, buy, customer, product

pytestmark = pytest.mark.django_db

URL = "/api/v1/crm/reco-runs"


def staff(*codenames):
    return api_client(StaffFactory(permissions=[f"crm.{codename}" for codename in codenames]))


def contact(client, run, body):
    url = f"{URL}/{run.pk}/mark-contacted/"
    return client.post(url, body, format="json", headers={"If-Match": etag(run)})


def fields_of(answer):
    assert answer.status_code == 400, answer.content
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


@pytest.mark.django_db(transaction=True)
def test_a_run_is_made_in_the_background_for_who_asked():
    buy(customer("ONE"), product("A"), 10)
    client = staff("view_recorun", "add_recorun")
    asked = client.post(f"{URL}/", {"as_of": "2022-01-01", "config": {"silence_days": 3}}, format="json")
    assert asked.status_code == 202, asked.content
    assert not RecoRun.objects.exists()
    call_command("db_worker", "--batch", "--no-startup-delay", verbosity=0)
    (run,) = client.get(asked.json()["runs"]).json()["results"]
    assert (run["status"], run["as_of"]) == ("DONE", "2022-01-01")
    assert run["config"] == asked.json()["config"]
    assert run["config"]["silence_days"] == 3
    assert RecoRun.objects.get().created_by is not None


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"as_of"}),
        ({"as_of": "1.1.2022"}, {"as_of"}),
        ({"as_of": "2022-01-01", "config": {"silence_days": -1}}, {"config"}),
        ({"as_of": "2022-01-01", "config": []}, {"config"}),
        ({"as_of": "2022-01-01", "silence_days": 3}, {"silence_days"}),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_enqueued(staff_api, body, wrong):
    assert set(fields_of(staff_api.post(f"{URL}/", body, format="json"))) == wrong
    assert not DBTaskResult.objects.exists()


def test_each_action_needs_its_right():
    run = RecoRunFactory()
    viewer = staff("view_recorun")
    assert viewer.post(f"{URL}/", {"as_of": "2022-01-01"}, format="json").status_code == 403
    assert contact(viewer, run, {"channel": "EMAIL"}).status_code == 403
    assert viewer.get(f"{URL}/{run.pk}/export/").status_code == 403, "it holds the items"
    assert staff("view_recorun", "view_recoitem").get(f"{URL}/{run.pk}/export/").status_code == 200
    assert staff().get(f"{URL}/{run.pk}/export/").status_code == 403


def test_the_export_is_what_the_command_writes(staff_api):
    buy(customer("ONE"), product("A"), 10)
    customer("TWO")
    run = recommend(as_of=AS_OF)
    answer = staff_api.get(f"{URL}/{run.pk}/export/", headers={"Accept": "text/csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert f"recommendations-2022-01-01-{run.pk}.csv" in answer["Content-Disposition"]
    assert answer.getvalue().decode() == "".join(export_items(run))


def test_customers_are_noted_as_contacted_once(staff_api):
    run = RecoRunFactory()
    items = [RecoItemFactory(run=run), RecoItemFactory(run=run, is_holdout=True)]
    body = {"channel": "EMAIL", "customers": [items[0].customer_id]}
    first = contact(staff_api, run, body)
    assert first.json() == {"contacted": 1, "already": 0, "skipped": {}}
    every = contact(staff_api, run, {"channel": "EMAIL"})
    assert every.json() == {"contacted": 0, "already": 1, "skipped": {"HOLDOUT": 1}}
    assert ContactEvent.objects.get().run == run


def test_a_contact_that_cannot_be_is_refused(staff_api):
    run = RecoRunFactory()
    assert set(fields_of(contact(staff_api, run, {"channel": "PIGEON"}))) == {"channel"}
    stranger = customer("STRANGER")
    assert contact(staff_api, run, {"channel": "EMAIL", "customers": [stranger.pk]}).status_code == 409
    failed = RecoRunFactory(status="FAILED")
    assert contact(staff_api, failed, {"channel": "EMAIL"}).status_code == 409
    assert not ContactEvent.objects.exists()


@pytest.mark.parametrize("key", [999_999, 1.5, True, 1e200, 10**30, "1e1", None])
def test_a_customer_that_is_none_is_named(staff_api, key):
    body = {"channel": "EMAIL", "customers": [key]}
    assert set(fields_of(contact(staff_api, RecoRunFactory(), body))) == {"customers"}


def test_many_customers_are_looked_up_with_one_query(staff_api):
    run = RecoRunFactory()

    def queries(number):
        people = [RecoItemFactory(run=run).customer_id for _ in range(number)]
        with CaptureQueriesContext(connection) as captured:
            assert contact(staff_api, run, {"channel": "EMAIL", "customers": people}).status_code == 200
        return len(captured)

    assert queries(10) == queries(2)


@pytest.fixture
def two_runs():
    """Then: A and B got something; now B, whose first choice stayed, and C."""
    then = RecoRunFactory(as_of=date(2022, 1, 1), counts={"items": 3, "scenarios": {"REBUY": 3}})
    now = RecoRunFactory(
        as_of=date(2022, 2, 1),
        counts={"items": 4, "scenarios": {"REBUY": 2, "CROSS_SELL": 2}, "excluded": {"SILENCE": 1}},
    )
    a, b, c = customer("A"), customer("B"), customer("C")
    goods = [product(key) for key in "PQR"]
    RecoItemFactory(run=then, customer=a, product=goods[0])
    RecoItemFactory(run=then, customer=b, product=goods[0])
    RecoItemFactory(run=then, customer=b, product=goods[1], rank=2)
    RecoItemFactory(run=now, customer=b, product=goods[0])
    RecoItemFactory(run=now, customer=b, product=goods[2], rank=2)
    RecoItemFactory(run=now, customer=b, product=goods[1], rank=3)
    RecoItemFactory(run=now, customer=c, product=goods[0])
    return then, now


def test_a_run_is_compared_with_the_one_before(two_runs, staff_api):
    then, now = two_runs
    RecoRunFactory(as_of=date(2022, 1, 15), status="FAILED")
    said = staff_api.get(f"{URL}/{now.pk}/comparison/").json()
    names = ("before", "gained", "lost", "kept", "same_items", "same_first")
    assert [said[name] for name in names] == [then.pk, 1, 1, 1, 2, 1]
    assert said["figures"] == [{"name": "items", "before": 3, "now": 4, "difference": 1}]
    assert [(each["name"], each["difference"]) for each in said["scenarios"]] == [
        ("REBUY", -1),
        ("CROSS_SELL", 2),
    ]
    assert [(each["name"], each["before"], each["now"]) for each in said["excluded"]] == [("SILENCE", 0, 1)]
    assert said["same_config"]


def test_the_first_run_has_none_before(two_runs, staff_api):
    then, _now = two_runs
    assert compare_runs(then) is None
    assert staff_api.get(f"{URL}/{then.pk}/comparison/").status_code == 404


def test_of_one_day_the_run_started_before_is_the_one_before():
    first, second = RecoRunFactory(), RecoRunFactory()
    RecoRunFactory(as_of=date(2023, 1, 1))
    assert first.started_at < second.started_at
    assert run_before(second) == first
    assert run_before(first) is None


def test_items_in_the_trash_do_not_count(two_runs):
    _then, now = two_runs
    RecoItem.objects.filter(run=now, customer__customer_code="C").delete()
    assert compare_runs(now).gained == 0
