"""The page of a customer and the map of the segments: what they tell, to whom, and at what cost."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.base.tests.admin_helpers import signed_in, text_of, url_of
from crm.admin.radar import radar
from crm.choices import ContactKind
from crm.models import Customer
from crm.selectors.dossier import STEPS
from crm.services import opt_out_customer
from crm.tests import factories as make

pytestmark = pytest.mark.django_db
NOON = datetime(2021, 12, 1, 11, tzinfo=UTC)
SEGMENTS, BUILD = "admin:crm_clientmasterprofile_segments", "admin:crm_clientmasterprofile_build"


@pytest.fixture
def boss():
    return signed_in()


@pytest.fixture
def customer():
    return make.CustomerFactory(full_name="Ada Byron")


def page_of(customer: Customer) -> str:
    return reverse("admin:crm_customer_page", args=[customer.pk])


def story(customer: Customer, number: int) -> None:
    for each in range(number):
        moment = NOON + timedelta(days=each)
        for key in ("1", "2"):
            key = f"{customer.pk}-{key}"
            make.OrderLineFactory(
                customer=customer, order_reference=f"A-{each}", line_key=key, ordered_at=moment
            )
        make.ContactEventFactory(customer=customer, occurred_at=moment, kind=ContactKind.OPENED)


def test_the_page_tells_profile_orders_contacts_and_recommendations(boss, customer):
    make.ClientMasterProfileFactory(customer=customer, segment="AT_RISK")
    story(customer, 2)
    item = make.RecoItemFactory(customer=customer, score=0.75, explanation_en="You bought it four times.")
    line = make.OrderLineFactory(customer=customer, product=item.product)
    make.OutcomeEventFactory(reco_item=item, order_line=line)
    page = text_of(boss.get(page_of(customer)))
    for said in (
        "Ada Byron",
        "At risk",
        "write to them personally",
        "12 days since the last order",
        "4 days with an order",
        "310.40 EUR",
        "You bought it four times.",
        "Score 0.75",
        "How often",
        "bought after a contact",
        "Order A-1",
        "Opened",
    ):
        assert said in page, said
    assert page.index("Order A-1") < page.index("Order A-0")


def test_the_recommendations_are_those_of_the_newest_completed_run(boss, customer):
    old = make.RecoItemFactory(customer=customer)
    make.RecoRunFactory(status="RUNNING", finished_at=None)
    assert f">{old.product}</a>" in text_of(boss.get(page_of(customer)))
    new = make.RecoItemFactory(customer=customer)
    page = text_of(boss.get(page_of(customer)))
    assert f">{new.product}</a>" in page
    assert f">{old.product}</a>" not in page


def test_the_explanation_is_in_the_readers_language(customer):
    make.RecoItemFactory(customer=customer)
    assert "Vous en avez pris quatre fois." in text_of(signed_in(locale="fr").get(page_of(customer)))


def test_a_cancellation_is_told_as_one(boss, customer):
    make.OrderLineFactory(
        customer=customer, order_reference="C-1", quantity=-2, ordered_at=NOON, unit_price=Decimal("3.00")
    )
    page = text_of(boss.get(page_of(customer)))
    assert "cancellation" in page
    assert "-6.00 EUR" in page


def test_the_page_says_why_nobody_contacts_them_and_until_when(boss, customer):
    assert "may be contacted" in text_of(boss.get(page_of(customer)))
    now = timezone.localtime()
    make.ContactEventFactory(customer=customer, occurred_at=now - timedelta(days=3))
    page = text_of(boss.get(page_of(customer)))
    assert "not to be contacted now" in page
    assert "The silence of 14 days ends on" in page
    opt_out_customer(customer=customer)
    assert "They asked not to be contacted." in text_of(boss.get(page_of(customer)))


def test_empty_pages_say_what_to_do(boss, customer):
    page = text_of(boss.get(page_of(customer)))
    assert "No profile yet" in page
    assert f'href="{reverse(SEGMENTS)}">Build profiles</a>' in page
    assert "There has been no run of the recommendations yet." in page
    assert "Neither orders nor contacts are known." in page
    assert "Import orders, then choose a day" in text_of(boss.get(reverse(SEGMENTS)))


def test_the_radar_has_a_table_and_words(boss, customer):
    make.OrderLineFactory(customer=customer)
    make.OrderLineFactory(customer=customer, quantity=-5)  # more taken back than bought: left out
    page = text_of(boss.get(page_of(customer)))
    assert '<title id="radar-title">' in page
    assert "fruit 60" in page
    assert "The same as a table" in page


def test_the_radar_begins_at_the_top_and_goes_clockwise():
    drawn = radar(["north", "east", "south", "west"], [100, 50, 0, 100], [25, 25, 25, 25])
    assert drawn.mine == "0.0,-100.0 50.0,0.0 0.0,0.0 -100.0,0.0"
    assert [spoke.anchor for spoke in drawn.spokes] == ["middle", "start", "middle", "end"]


def test_the_story_is_cut_and_leads_to_the_lists(boss, customer):
    story(customer, STEPS)
    page = text_of(boss.get(page_of(customer)))
    assert page.count("Order A-") + page.count("<strong>Opened</strong>") == STEPS
    assert "There is more." in page
    assert f"customer__id__exact={customer.pk}" in page


def test_the_page_costs_the_same_however_long_the_story_is(boss):
    costs = []
    for number in (1, 30):
        customer = make.CustomerFactory()
        make.ClientMasterProfileFactory(customer=customer)
        story(customer, number)
        boss.get(page_of(customer))
        with CaptureQueriesContext(connection) as queries:
            text_of(boss.get(page_of(customer)))
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_who_may_see_customers_alone_sees_no_profile_and_no_recommendations(customer):
    make.ClientMasterProfileFactory(customer=customer)
    make.RecoItemFactory(customer=customer)
    story(customer, 1)
    page = text_of(signed_in(permissions=["crm.view_customer"]).get(page_of(customer)))
    assert "Ada Byron" in page
    for hidden in ("Segment and tastes", "Recommendations", "Order A-0", "Opened", "Build profiles"):
        assert hidden not in page
    assert signed_in(permissions=["crm.view_product"]).get(page_of(customer)).status_code == 403


def test_a_customer_who_is_not_there_is_not_found(boss):
    assert boss.get(reverse("admin:crm_customer_page", args=[0])).status_code == 404


def test_the_customers_form_leads_to_the_page_and_one_merged_to_the_survivor(boss, customer):
    assert page_of(customer) in text_of(boss.get(url_of(Customer, "change", customer.pk)))
    other = make.CustomerFactory()
    Customer.objects.filter(pk=customer.pk).update(merged_into=other)
    assert page_of(other) in text_of(boss.get(page_of(customer)))


def test_the_map_counts_customers_and_leads_into_the_filtered_list(boss):
    for recency, frequency, segment in ((5, 5, "CHAMPIONS"), (5, 5, "CHAMPIONS"), (1, 1, "LOST")):
        make.ClientMasterProfileFactory(
            recency_score=recency, frequency_score=frequency, segment=segment, as_of=date(2022, 1, 1)
        )
    page = text_of(boss.get(reverse(SEGMENTS)))
    url = f"{url_of('crm.ClientMasterProfile', 'changelist')}?recency_score=5&amp;frequency_score=5"
    assert f'href="{url}"><b>2</b><small>champions</small>' in page
    assert "3 customers with a profile" in page
    assert "2 <small" in page
    listed = text_of(boss.get(url.replace("&amp;", "&")))
    assert "2 customer profiles" in listed or "2 results" in listed or listed.count("/change/") >= 2


def test_building_from_the_page_is_done_in_the_background(boss, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = boss.post(reverse(BUILD), {"as_of": "2022-01-01"}, follow=True)
    assert "being built in the background" in text_of(answer)
    (waiting,) = DBTaskResult.objects.all()
    assert waiting.task_path == "crm.tasks.build_profiles_task"
    assert waiting.args_kwargs["kwargs"] == {"as_of": "2022-01-01", "user_id": boss.user.pk}


def test_a_day_that_is_none_is_refused_and_so_is_who_may_not_build(boss):
    assert "Enter a valid date." in text_of(boss.post(reverse(BUILD), {"as_of": "soon"}))
    assert boss.get(reverse(BUILD)).status_code == 405
    reader = signed_in(permissions=["crm.view_clientmasterprofile"])
    assert reader.post(reverse(BUILD), {"as_of": "2022-01-01"}).status_code == 403
    assert "Build profiles" not in text_of(reader.get(reverse(SEGMENTS)))
    assert not DBTaskResult.objects.exists()
