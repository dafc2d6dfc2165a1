"""What came of the recommendations, in the back office and over the API."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.tests.factories import StaffFactory
from config.base.testing import api_client
from config.base.tests.admin_helpers import signed_in, text_of
from crm.admin import outcome_words as words
from crm.lifts import Comparison, Group
from crm.models import OutcomeEvent
from crm.selectors.lift import lift_of

from .factories import RecoItemFactory, RecoRunFactory
from .test_lift import run as bought_by_some
from .test_outcomes import at, bought, run_of

pytestmark = pytest.mark.django_db

URL = "/api/v1/crm"

run = bought_by_some  # the fixture


def page_of(one):
    return reverse("admin:crm_outcome_run", args=[one.pk])


@pytest.fixture
def boss():
    return signed_in()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "between −2.5 and +4.5 points: no effect shown yet"),
        ("fr", "entre −2,5 et +4,5 points\u00a0: aucun effet démontré pour l’instant"),
    ],
)
def test_an_interval_is_said_in_words(language, said):
    with translation.override(language):
        assert words.sentence(Comparison(Group(1000, 200), Group(1000, 190))) == said


def test_what_rounds_to_nothing_has_no_sign():
    assert [words.signed(value) for value in (-0.04, 0.0, 0.04, -0.06, 1234.5)] == [
        "0.0",
        "0.0",
        "0.0",
        "−0.1",
        "+1,234.5",
    ]


def test_every_bar_of_a_page_lies_on_one_axis_that_holds_zero(run):
    shown = [row.bar for row in words.rows_of(lift_of(run)) if row.bar]
    assert len(shown) == 4
    assert len({bar.zero for bar in shown}) == 1
    for bar in shown:
        assert 0 <= float(bar.left) <= float(bar.point) <= float(bar.left) + float(bar.width) <= 100


def test_a_runs_page_shows_both_groups_and_what_the_difference_says(boss, run):
    text = text_of(boss.get(page_of(run)))
    assert "25.0\u00a0% (10 of 40)" in text
    assert "10.0\u00a0% (3 of 30)" in text
    assert "Between −" in text
    assert "no effect shown yet" in text


def test_a_small_holdout_is_too_few_to_tell_without_a_number(boss):
    item = RecoItemFactory(run=run_of())
    bought(item, at(1, 5))
    page = boss.get(page_of(item.run))
    assert "Too few customers to tell" in text_of(page)
    assert "at least 30 customers on each side" in text_of(page)
    assert not any(row.bar for row in page.context["rows"])


def test_the_page_of_all_runs_lists_the_completed_ones_and_leads_to_each(
    boss, run, django_assert_max_num_queries
):
    RecoRunFactory(status="RUNNING", finished_at=None)
    for _more in range(11):
        RecoRunFactory()
    boss.get(reverse("admin:crm_outcome_runs"))
    with django_assert_max_num_queries(24):
        page = boss.get(reverse("admin:crm_outcome_runs"))
    assert len(page.context["rows"]) == 10
    last = boss.get(reverse("admin:crm_outcome_runs"), {"p": "2"})
    assert len(last.context["rows"]) == 2
    assert page_of(run) in text_of(last)


def test_without_a_run_the_page_says_so(boss):
    assert "No run is completed yet" in text_of(boss.get(reverse("admin:crm_outcome_runs")))


def test_the_runs_own_page_and_the_menu_lead_there(boss, run):
    page = text_of(boss.get(reverse("admin:crm_recorun_change", args=[run.pk])))
    assert page_of(run) in page
    assert reverse("admin:crm_outcome_runs") in page


def test_the_button_records_and_says_how_many(boss, run):
    answer = boss.post(reverse("admin:crm_outcome_record_run", args=[run.pk]), follow=True)
    assert answer.redirect_chain[-1][0] == page_of(run)
    assert "5 lines were credited." in text_of(answer)
    assert OutcomeEvent.objects.count() == 5
    again = boss.post(reverse("admin:crm_outcome_record"), follow=True)
    assert "0 lines were credited." in text_of(again)
    lines = boss.get(
        again.context["record_url"].replace("record/", ""), {"reco_item__run__id__exact": run.pk}
    )
    assert lines.context["cl"].result_count == 5


def test_a_run_that_is_not_completed_has_no_page_and_cannot_be_recorded(boss):
    running = RecoRunFactory(status="RUNNING", finished_at=None)
    assert boss.get(page_of(running)).status_code == 404
    said = boss.post(reverse("admin:crm_outcome_record_run", args=[running.pk]), follow=True)
    assert "Only a run that is completed has outcomes." in text_of(said)


def test_looking_and_recording_need_their_rights(run):
    nobody = signed_in(permissions=())
    assert nobody.get(page_of(run)).status_code == 403
    assert nobody.get(reverse("admin:crm_outcome_runs")).status_code == 403
    reader = signed_in(permissions=["crm.view_outcomeevent"])
    page = reader.get(page_of(run))
    assert page.status_code == 200
    assert "Record outcomes" not in text_of(page)
    assert reader.post(reverse("admin:crm_outcome_record")).status_code == 403
    assert signed_in().get(reverse("admin:crm_outcome_record")).status_code == 405


def test_the_api_tells_the_lift(staff_api, run):
    told = staff_api.get(f"{URL}/reco-runs/{run.pk}/outcomes/").json()
    lift = lift_of(run)
    assert told["run"] == run.pk
    assert told["any_purchase"]["treated"] == {
        "customers": 40,
        "buyers": 10,
        "share": 0.25,
        "amount_per_customer": 6.25,
    }
    assert told["any_purchase"]["interval"] == pytest.approx([lift.low, lift.high])
    assert told["any_purchase"]["verdict"] == "NONE_SHOWN"
    assert [each["scenario"] for each in told["scenarios"]] == ["REBUY"]
    assert {each["outcome"] for each in told["credits"]} == {"CONTACTED", "UNCONTACTED", "HOLDOUT"}


def test_too_few_is_null_over_the_api(staff_api):
    told = staff_api.get(f"{URL}/reco-runs/{run_of().pk}/outcomes/").json()
    assert told["any_purchase"]["verdict"] == "TOO_FEW"
    assert told["any_purchase"]["interval"] is told["any_purchase"]["difference"] is None


def test_the_api_records_a_run_or_all_until_a_moment(staff_api, run):
    url = f"{URL}/outcome-events/record/"
    early = staff_api.post(url, {"run": run.pk, "until": "2022-01-05T00:00:00Z"}, format="json")
    assert early.status_code == 200, early.content
    assert early.json()["credited"] == 0
    assert staff_api.post(url, {}, format="json").json()["credited"] == 5
    assert staff_api.post(url, {}, format="json").json()["unchanged"] == 5
    assert staff_api.post(url, {"run": 0}, format="json").status_code == 400
    assert staff_api.post(url, {"runs": run.pk}, format="json").status_code == 400
    running = RecoRunFactory(status="RUNNING", finished_at=None)
    refused = staff_api.post(url, {"run": running.pk}, format="json")
    assert (refused.status_code, refused["Content-Type"]) == (409, "application/problem+json")


def test_the_api_asks_for_the_rights(run):
    reader = api_client(StaffFactory(permissions=["crm.view_recorun"]))
    assert reader.get(f"{URL}/reco-runs/{run.pk}/outcomes/").status_code in (403, 404)
    both = api_client(StaffFactory(permissions=["crm.view_recorun", "crm.view_outcomeevent"]))
    assert both.get(f"{URL}/reco-runs/{run.pk}/outcomes/").status_code == 200
    assert both.post(f"{URL}/outcome-events/record/", {}, format="json").status_code == 403


@pytest.mark.parametrize("run_key", ["1e999", "1.5", "true", "[]", "{}", '"x"', "1" * 30])
def test_a_run_that_is_none_is_named(staff_api, run, run_key):
    url = f"{URL}/outcome-events/record/"
    answer = staff_api.post(url, f'{{"run": {run_key}}}', content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert [each["field"] for each in answer.json()["errors"]] == ["run"]


@pytest.mark.parametrize("until", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_at_the_end_of_time_does_no_harm(staff_api, run, until):
    answer = staff_api.post(f"{URL}/outcome-events/record/", {"until": until}, format="json")
    assert answer.status_code in (200, 400), answer.content
