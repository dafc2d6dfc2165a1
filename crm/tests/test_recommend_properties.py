"""What holds of every run, on random shops, against an oracle that counts again by hand."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm.models import AuditItem, RecoItem
from crm.services import recommend
from crm.tests.factories import ContactEventFactory, OrderLineFactory
from crm.tests.run_helpers import AS_OF, ago, buy, customer, product

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")

PRODUCTS = st.lists(
    st.fixed_dictionaries(
        {
            "premium_tier": st.integers(1, 5),
            "family": st.sampled_from(["RED", "WHITE", None]),
            "grape": st.sampled_from(["Gamay", "Merlot", None]),
            "category": st.sampled_from(["Box", None]),
            "is_active": st.sampled_from([True, True, True, False]),
        }
    ),
    min_size=1,
    max_size=8,
)
LINES = st.lists(
    st.tuples(
        st.integers(0, 4),  # customer
        st.integers(0, 7),  # product
        st.sampled_from([-3, 0, 1, 2, 30, 90, 180, 181, 182, 300]),  # days before the run
        st.sampled_from([1, 1, 2, -1]),
    ),
    max_size=30,
)
FLAGS = st.lists(
    st.sampled_from([None, None, None, "BOUNCED", "OPT_OUT", "off", "sent", "deleted"]),
    min_size=5,
    max_size=5,
)

GAMAY = {"premium_tier": 1, "family": "RED", "grape": "Gamay", "category": None, "is_active": True}

#: What is taken back was bought before the data begins: the purchase after it stands.
RETURNED_BEFORE = [(0, 0, 30, -1), (0, 0, 2, 1), (0, 1, 1, 1)]


class Oracle:
    """What was bought before the run, line by line: a cancellation takes back the newest purchase before it."""

    def __init__(self, lines, goods):
        self.bought = defaultdict(dict)  # customer → product → days before
        self.ordered = defaultdict(set)
        pairs = defaultdict(list)
        for number, (who, what, days, quantity) in enumerate(lines):
            if days >= 1 and what < len(goods):
                pairs[who, what].append((days, number, quantity))
                self.ordered[who].add(what)
        self.orders = defaultdict(set)
        for (who, what), found in pairs.items():
            kept = []  # a place for each bottle, the newest last
            for days, number, quantity in sorted(found, key=lambda each: (-each[0], -each[2])):
                if quantity > 0:
                    kept += [(days, number)] * quantity
                else:
                    del kept[max(0, len(kept) + quantity) :]
            if kept:
                self.bought[who][what] = sorted({number: days for days, number in kept}.values())
                self.orders[who] |= {number for _days, number in kept}
        self.buyers = Counter(what for mine in self.bought.values() for what in mine)

    def last(self, who):
        return min((day for days in self.bought[who].values() for day in days), default=None)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(products=PRODUCTS, lines=LINES, flags=FLAGS, count=st.integers(1, 3))
@example(products=[GAMAY, GAMAY], lines=RETURNED_BEFORE, flags=[None] * 5, count=3)
def test_every_item_is_what_its_scenario_says(db, products, lines, flags, count):
    with transaction.atomic():
        check(products, lines, flags, count)
        transaction.set_rollback(True)


def check(products, lines, flags, count):
    goods = [product(f"P_{at}", **values) for at, values in enumerate(products)]
    people = [customer(f"C_{at}", is_contactable=flag != "off") for at, flag in enumerate(flags)]
    for who, what, days, quantity in lines:
        if what < len(goods):
            buy(people[who], goods[what], days, quantity=quantity)
    for who, flag in zip(people, flags, strict=True):
        if flag in ("BOUNCED", "OPT_OUT"):
            ContactEventFactory(customer=who, kind=flag)
        elif flag == "sent":
            ContactEventFactory(customer=who, occurred_at=datetime.combine(ago(13), time(9), PARIS))
        elif flag == "deleted":
            who.delete()
    standing = [line for line in lines if flags[line[0]] != "deleted"]
    oracle = Oracle(standing, goods)
    run = recommend(as_of=AS_OF, config={"items_per_customer": count})
    items = defaultdict(list)
    for item in RecoItem.objects.filter(run=run).order_by("customer_id", "rank"):
        items[people.index(item.customer)].append(item)
    reasons = {"BOUNCED": "bounced", "OPT_OUT": "opted_out", "off": "uncontactable", "sent": "silence"}
    notes = {note.object_id: note.code for note in AuditItem.objects.filter(run=run)}
    for who, flag in enumerate(flags):
        mine = items[who]
        if flag is not None:
            assert mine == []
            assert notes.get(people[who].pk) == reasons.get(flag)
        else:
            assert bool(mine) != (notes.get(people[who].pk) == "no_candidate")
            check_items(mine, who, goods, oracle, count)


def check_items(mine, who, goods, oracle, count):
    assert [item.rank for item in mine] == list(range(1, len(mine) + 1))
    assert len(mine) <= count
    assert len({item.product_id for item in mine}) == len(mine)
    tops = max((goods[what].premium_tier for what in oracle.bought[who]), default=0)
    last = oracle.last(who)
    popular = sorted(
        (at for at, each in enumerate(goods) if each.is_active and oracle.buyers[at]),
        key=lambda at: (-oracle.buyers[at], goods[at].product_key),
    )
    for item in mine:
        at = goods.index(item.product)
        facts = item.reasons["facts"]
        assert goods[at].is_active
        assert abs(math.fsum(each["value"] for each in item.reasons["components"]) - item.score) <= 1e-9
        assert facts["buyers"] == oracle.buyers[at]
        if at in popular:
            assert facts["popularity_rank"] == popular.index(at) + 1
        assert facts["price_cents"] == 1250
        assert "12,50" in item.explanation_fr
        assert goods[at].label in item.explanation_en
        if last is not None and last > 180:
            assert item.scenario == "WINBACK"
            assert at == popular[item.rank - 1]
            assert facts["last_purchase"] == ago(last).isoformat()
        elif len(oracle.orders[who]) < 2:
            assert item.scenario == "NURTURE"
            assert at not in oracle.bought[who]
        else:
            assert item.scenario in ("REBUY", "CROSS_SELL", "UPSELL")
        if item.scenario == "REBUY":
            days = oracle.bought[who][at]
            assert facts["times_bought"] == len(set(days))
            assert facts["last_bought"] == ago(min(days)).isoformat()
        elif item.scenario == "UPSELL":
            assert at not in oracle.ordered[who]
            assert goods[at].premium_tier > tops
            assert (facts["tier"], facts["highest_tier_bought"]) == (goods[at].premium_tier, tops)
        elif item.scenario == "CROSS_SELL":
            assert at not in oracle.ordered[who]
        if "shared" in facts:
            values = [getattr(goods[what], facts["shared"]) for what in oracle.bought[who]]
            assert facts["shared_products"] == values.count(getattr(goods[at], facts["shared"])) > 0


ZONES = st.sampled_from(["Europe/Paris", "America/Los_Angeles", "Pacific/Kiritimati", "UTC"])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    zone=ZONES,
    window=st.integers(0, 20),
    as_of=st.sampled_from(
        [date(2022, 1, 1), date(2022, 3, 28), date(2022, 11, 1)]
    ),  # clocks change before the two
    contacts=st.lists(
        st.tuples(st.integers(-22, 22), st.sampled_from([time(0), time(12), time(23, 59, 59)])), max_size=4
    ),
    edge=st.sampled_from([None, -1, 0, 1]),
)
def test_the_silence_window_is_one_of_whole_local_days(db, zone, window, as_of, contacts, edge):
    with transaction.atomic():
        goods, who = product("P"), customer("WHO")
        buy(customer("OTHER"), goods, 500)
        days = [*contacts, *([] if edge is None else [(-window - edge, time(12))])]
        for day, hour in days:
            local = datetime.combine(as_of + timedelta(days=day), hour, ZoneInfo(zone))
            ContactEventFactory(customer=who, occurred_at=local.astimezone(UTC))
        config = {"silence_days": window, "time_zone": zone}
        run = recommend(as_of=as_of, config=config)
        is_silent = any(abs(day) < window for day, _hour in days)
        assert who.reco_items.filter(run=run).exists() != is_silent
        notes = AuditItem.objects.filter(run=run, object_id=who.pk).values_list("code", flat=True)
        assert list(notes) == (["silence"] if is_silent else [])
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("zone", "moment", "is_read"),
    [
        ("Europe/Paris", datetime(2021, 12, 31, 22, 59, 59, tzinfo=UTC), True),
        ("Europe/Paris", datetime(2021, 12, 31, 23, 0, tzinfo=UTC), False),
        ("America/Los_Angeles", datetime(2022, 1, 1, 7, 59, 59, tzinfo=UTC), True),
        ("America/Los_Angeles", datetime(2022, 1, 1, 8, 0, tzinfo=UTC), False),
    ],
)
def test_the_day_begins_in_the_time_zone_of_the_settings(zone, moment, is_read):
    who, goods = customer("WHO"), product("P")
    buy(who, goods, 40)
    OrderLineFactory(customer=who, product=goods, ordered_at=moment)
    run = recommend(as_of=AS_OF, config={"time_zone": zone})
    assert run.counts["scenarios"] == ({"REBUY": 1} if is_read else {})
