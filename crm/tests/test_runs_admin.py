"""Runs in the back office: the page of one, asking for one, noting who was contacted."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from config.base.sheets import BYTE_ORDER_MARK
from config.base.tests.admin_helpers import form_of, signed_in, text_of, url_of
from crm.models import ContactEvent, RecoItem, RecoRun
from crm.recommending.export import export_items
from crm.services import opt_out_customer
from crm.tests.factories import RecoItemFactory, RecoRunFactory

pytestmark = pytest.mark.django_db

COUNTS = {
    "customers": 12,
    "items": 1234,
    "holdout": 2,
    "products": 7,
    "coverage": 0.35,
    "scenarios": {"REBUY": 1000, "UPSELL": 234},
    "excluded": {"SILENCE": 5, "OPTED_OUT": 1},
}
NEW = reverse("admin:crm_recorun_recommend")


@pytest.fixture
def run():
    run = RecoRunFactory(counts=COUNTS)
    RecoItemFactory(run=run)
    RecoItemFactory(run=run, is_holdout=True)
    return run


def contact_url(run):
    return reverse("admin:crm_recorun_contact", args=[run.pk])


def test_the_page_of_a_run_says_what_it_brought(run):
    text = text_of(signed_in().get(url_of(RecoRun, "change", run.pk)))
    for said in ("1,234", "35.0", "Buy again", "81.0", "Contacted lately", "83.3", "no completed run before"):
        assert said in text
    assert f"run__id__exact={run.pk}&amp;code=silence" in text
    assert contact_url(run) in text


def test_the_page_of_a_run_compares_it_with_the_one_before(run):
    later = RecoRunFactory(as_of=date(2022, 2, 1), counts={**COUNTS, "items": 1230})
    text = text_of(signed_in().get(url_of(RecoRun, "change", later.pk)))
    assert "−4" in text
    assert "who get nothing any more: 2" in text
    assert url_of(RecoRun, "change", run.pk) in text


@pytest.mark.parametrize(("status", "said"), [("FAILED", "This run failed"), ("RUNNING", "going on")])
def test_the_page_of_a_run_that_is_not_done_says_so(status, said):
    finished = {} if status == "FAILED" else {"finished_at": None}
    run = RecoRunFactory(status=status, **finished)
    text = text_of(signed_in().get(url_of(RecoRun, "change", run.pk)))
    assert said in text
    assert contact_url(run) not in text


def test_the_page_is_found_in_french(run):
    text = text_of(signed_in(locale="fr").get(url_of(RecoRun, "change", run.pk)))
    assert "Recommandations par scénario" in text
    assert "35,0" in text


def test_the_download_is_the_export_without_the_holdout_for_a_spreadsheet(run):
    held = run.items.get(is_holdout=True).customer.customer_code
    boss = signed_in()
    text = boss.get(reverse("admin:crm_recorun_export", args=[run.pk])).getvalue().decode()
    assert text.startswith(BYTE_ORDER_MARK) and held not in text
    left = [line for line in "".join(export_items(run)).splitlines() if not line.startswith(f"{held},")]
    assert text.removeprefix(BYTE_ORDER_MARK).splitlines() == left
    assert "leaves out 2 customers of the holdout" in text_of(boss.get(url_of(RecoRun, "change", run.pk)))


def test_a_run_is_asked_for_with_its_settings(django_capture_on_commit_callbacks):
    boss = signed_in()
    body = form_of(boss.get(NEW), "recommend_form")
    assert (body["silence_days"], body["holdout_percent"]) == ("14", "10")
    with django_capture_on_commit_callbacks(execute=True):
        answer = boss.post(NEW, {**body, "as_of": "2022-01-01", "silence_days": "3"})
    assert answer.status_code == 302
    arguments = DBTaskResult.objects.get().args_kwargs["kwargs"]
    assert (arguments["as_of"], arguments["user_id"]) == ("2022-01-01", boss.user.pk)
    assert arguments["config"]["silence_days"] == 3


@pytest.mark.parametrize("wrong", [{"as_of": ""}, {"silence_days": "-1"}, {"items_per_customer": "4"}])
def test_settings_that_do_not_fit_start_nothing(wrong, django_capture_on_commit_callbacks):
    boss = signed_in()
    body = {**form_of(boss.get(NEW), "recommend_form"), "as_of": "2022-01-01", **wrong}
    with django_capture_on_commit_callbacks(execute=True):
        assert boss.post(NEW, body).status_code == 400
    assert not DBTaskResult.objects.exists()


def test_a_runs_customers_are_marked_after_a_question(run):
    boss = signed_in()
    asked = boss.get(contact_url(run))
    assert "with 10 customers" in text_of(asked)
    assert not ContactEvent.objects.exists()
    body = form_of(asked, "contact_form")
    answer = boss.post(contact_url(run), {**body, "channel": "POST"}, follow=True)
    assert "1 customer was noted as contacted." in text_of(answer)
    assert "Passed over: holdout 1." in text_of(answer)
    event = ContactEvent.objects.get()
    assert (event.run, event.channel, event.created_by) == (run, "POST", boss.user)


def test_some_items_customers_are_marked_after_a_question(run):
    boss = signed_in()
    other = RecoItemFactory(run=run)
    opted_out = RecoItemFactory(run=RecoRunFactory())
    opt_out_customer(customer=opted_out.customer)
    url = url_of(RecoItem, "changelist")
    asked = boss.post(
        url,
        {"action": "mark_as_contacted", "_selected_action": [other.pk, opted_out.pk], "select_across": "0"},
    )
    assert "with 2 customers" in text_of(asked)
    assert not ContactEvent.objects.sent().exists()
    body = {
        "action": "mark_as_contacted",
        "_selected_action": [other.pk, opted_out.pk],
        "select_across": "0",
        "confirm": "1",
        "channel": "PHONE",
    }
    text = text_of(boss.post(url, body, follow=True))
    assert "Passed over: opted out 1." in text
    assert [event.customer for event in ContactEvent.objects.sent()] == [other.customer]


def test_each_page_needs_its_right(run):
    viewer = signed_in(permissions=["crm.view_recorun", "crm.view_recoitem"])
    assert contact_url(run) not in text_of(viewer.get(url_of(RecoRun, "change", run.pk)))
    assert viewer.get(contact_url(run)).status_code == 403
    assert viewer.get(NEW).status_code == 403
    assert "mark_as_contacted" not in text_of(viewer.get(url_of(RecoItem, "changelist")))
    export = reverse("admin:crm_recorun_export", args=[run.pk])
    assert viewer.get(export).status_code == 200
    assert signed_in(permissions=["crm.view_recoitem"]).get(export).status_code in (302, 403)
    of_runs = signed_in(permissions=["crm.view_recorun"])
    assert of_runs.get(export).status_code == 403, "it holds the items"
    assert export not in text_of(of_runs.get(url_of(RecoRun, "change", run.pk)))
