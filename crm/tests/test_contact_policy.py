"""Who is not to be contacted: reasons in their order, and the silence window to the day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.choices import Exclusion
from crm.contact_policy import exclusion_of, exclusion_on, exclusions, objection_to, silence_window
from crm.models import ContactEvent, Customer

from .factories import ContactEventFactory, CustomerFactory

pytestmark = pytest.mark.django_db

DAY = date(2022, 3, 27)  # the clocks of Paris go forward on it
PARIS, SAO_PAULO, TOKYO = "Europe/Paris", "America/Sao_Paulo", "Asia/Tokyo"


def excluded(as_of=DAY, days=14, zone=PARIS):
    return dict(exclusions(as_of, days, zone).rows())


def sent(customer, moment, kind="SENT"):
    return ContactEventFactory(customer=customer, kind=kind, occurred_at=moment)


def local(day, *clock, zone=PARIS):
    return datetime.combine(day, time(*clock), ZoneInfo(zone)).astimezone(UTC)


def test_the_first_reason_counts():
    everything = CustomerFactory(is_bounced=True, is_opted_out=True, is_contactable=False)
    opted_out = CustomerFactory(is_opted_out=True, is_contactable=False)
    switched_off, silent, free = CustomerFactory(is_contactable=False), CustomerFactory(), CustomerFactory()
    for customer in (everything, opted_out, switched_off, silent):
        sent(customer, local(DAY - timedelta(days=1), 9))
    assert excluded() == {
        everything.pk: "BOUNCED",
        opted_out.pk: "OPTED_OUT",
        switched_off.pk: "UNCONTACTABLE",
        silent.pk: "SILENCE",
    }
    assert free.pk not in excluded()


@pytest.mark.parametrize(
    ("days_before", "is_out"), [(0, True), (1, True), (13, True), (14, False), (15, False), (-1, True)]
)
@pytest.mark.parametrize("clock", [(0, 0), (12, 0), (23, 59, 59, 999000)])
def test_a_contact_is_in_the_window_to_the_day_before_it_ends(days_before, is_out, clock):
    customer = CustomerFactory()
    sent(customer, local(DAY - timedelta(days=days_before), *clock))
    assert (customer.pk in excluded()) is is_out


def test_the_day_is_that_of_the_time_zone_asked_for():
    """Half past eleven in the evening in London is the next day in Paris, and the same one in São Paulo."""
    customer = CustomerFactory()
    sent(customer, datetime(2022, 3, 13, 23, 30, tzinfo=UTC))
    assert excluded(zone=PARIS) == {customer.pk: "SILENCE"}
    assert excluded(zone=SAO_PAULO) == {}
    before = DAY - timedelta(days=27)  # the other end of the window
    assert excluded(as_of=before, zone=SAO_PAULO) == {customer.pk: "SILENCE"}
    assert excluded(as_of=before, zone=PARIS) == {}


def test_only_what_was_sent_silences():
    for kind in ("OPENED", "CLICKED", "REPLIED", "OPT_IN"):
        sent(CustomerFactory(), local(DAY, 9), kind)
    gone = sent(CustomerFactory(), local(DAY, 9))
    gone.delete()
    assert excluded() == {}


def test_without_a_window_nobody_is_silent():
    sent(CustomerFactory(), local(DAY, 9))
    assert excluded(days=0) == {}


def test_who_is_in_the_trash_or_another_by_now_is_not_among_them():
    gone, merged = CustomerFactory(is_opted_out=True), CustomerFactory(is_opted_out=True)
    gone.delete()
    Customer.objects.filter(pk=merged.pk).update(merged_into=CustomerFactory())
    assert excluded() == {}
    merged.refresh_from_db()
    merged.is_opted_out = False
    assert exclusion_on(merged, DAY, silence_days=14, time_zone=PARIS) == Exclusion.UNCONTACTABLE


def test_one_query_whatever_the_number_of_customers(django_assert_num_queries):
    for _number in range(3):
        sent(CustomerFactory(is_bounced=_number == 1), local(DAY, 9))
    with django_assert_num_queries(1):
        assert len(excluded()) == 3


def test_what_spoke_against_a_contact_when_it_was_made():
    asked = {"silence_days": 14, "time_zone": PARIS}
    customer = CustomerFactory()
    first = sent(customer, local(DAY, 9))
    assert objection_to(first, **asked) is None
    second = sent(customer, local(DAY + timedelta(days=13), 9))
    assert objection_to(second, **asked) == Exclusion.SILENCE
    sent(customer, local(DAY + timedelta(days=20), 9), "OPT_OUT")
    customer.refresh_from_db()
    assert objection_to(first, **asked) is None, "the customer said so later"
    third = sent(customer, local(DAY + timedelta(days=40), 9))
    assert objection_to(third, **asked) == Exclusion.OPTED_OUT
    assert objection_to(sent(customer, local(DAY, 9), "OPENED"), **asked) is None
    flagged = CustomerFactory(is_bounced=True)
    assert objection_to(sent(flagged, local(DAY, 9)), **asked) == Exclusion.BOUNCED


def test_a_contact_does_not_silence_itself():
    customer = CustomerFactory()
    event = sent(customer, local(DAY, 9))
    asked = {"silence_days": 14, "time_zone": PARIS}
    assert exclusion_on(customer, DAY, **asked) == Exclusion.SILENCE
    assert objection_to(event, **asked) is None


def test_what_spoke_against_a_contact_then_is_neither_hidden_nor_made_up_by_what_came_later():
    asked = {"silence_days": 14, "time_zone": PARIS}
    customer = CustomerFactory()
    days = {name: local(DAY + timedelta(days=at), 9) for at, name in enumerate("abcdefg")}
    sent(customer, days["a"], "OPT_OUT")
    against = sent(customer, days["b"])
    sent(customer, days["c"], "OPT_IN")
    fine = sent(customer, days["d"] + timedelta(days=20))
    sent(customer, days["e"] + timedelta(days=20), "BOUNCED")
    sent(customer, days["f"] + timedelta(days=20), "OPT_OUT")
    customer.refresh_from_db()
    assert (customer.is_bounced, customer.is_opted_out) == (True, True)
    assert objection_to(against, **asked) == Exclusion.OPTED_OUT, "a later bounce does not hide it"
    assert objection_to(fine, **asked) is None, "they had agreed again by then"
    earlier = sent(customer, days["d"] + timedelta(days=19))
    assert objection_to(earlier, **asked) is None, "nothing had been sent yet"
    assert objection_to(fine, **asked) == Exclusion.SILENCE, "the bounce of later does not hide it"


def test_the_window_follows_the_clocks():
    first, end = silence_window(DAY, 1, PARIS)
    assert end.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=23)
    first, end = silence_window(date(2018, 11, 4), 1, SAO_PAULO)  # the clock jumped over midnight
    assert (first.astimezone(UTC), end.astimezone(UTC) - first.astimezone(UTC)) == (
        datetime(2018, 11, 4, 3, tzinfo=UTC),
        timedelta(hours=23),
    )


contacts = st.lists(st.integers(-40 * 24 * 60, 40 * 24 * 60), max_size=3)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans(), contacts), max_size=5),
    days=st.integers(0, 30),
    zone=st.sampled_from([PARIS, SAO_PAULO, TOKYO, "UTC", "Pacific/Kiritimati"]),
)
def test_the_table_says_what_the_rule_says_of_each(people, days, zone):
    expected, asked = {}, {"silence_days": days, "time_zone": zone}
    noon = datetime.combine(DAY, time(12), UTC)
    for bounced, opted_out, contactable, minutes in people:
        flags = {"is_bounced": bounced, "is_opted_out": opted_out, "is_contactable": contactable}
        customer = CustomerFactory(**flags)
        moments = [noon + timedelta(minutes=each) for each in minutes]
        ContactEvent.objects.bulk_create(
            ContactEventFactory.build(customer=customer, occurred_at=moment) for moment in moments
        )
        sent_on = [moment.astimezone(ZoneInfo(zone)).date() for moment in moments]
        expected[customer.pk] = exclusion_of(**flags, sent_on=sent_on, as_of=DAY, silence_days=days)
        assert exclusion_on(customer, DAY, **asked) == expected[customer.pk]
    found = excluded(days=days, zone=zone)
    assert {pk: found.get(pk) for pk in expected} == expected
