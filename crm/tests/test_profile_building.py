"""Building profiles over the database: what is written, what is left alone, what is taken away."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from config.base.audit import audit_context
from crm.frames import start_of
from crm.models import ClientMasterProfile, Customer, OrderLine, Product
from crm.services import build_profiles
from crm.tests.factories import ClientMasterProfileFactory, CustomerFactory, OrderLineFactory, ProductFactory
from crm.tests.profile_oracle import KINDS, Line, profiles
from crm.values import AROMA_COLUMNS, AXES

pytestmark = pytest.mark.django_db

AS_OF = date(2022, 1, 1)
NOON = datetime(2021, 12, 1, 11, tzinfo=UTC)


def build(as_of: date = AS_OF):
    result = build_profiles(as_of=as_of)
    assert result.customers == result.created + result.updated + result.unchanged
    assert sum(result.segments.values()) == result.customers
    return result


def test_what_somebody_spent_may_be_more_than_a_line_can_hold():
    """A currency of small units, such as the dong, and one customer would else fail the profiles of all."""
    customer, most = CustomerFactory(), Decimal("9999999999.99")
    for days in range(3):
        OrderLineFactory(
            customer=customer,
            ordered_at=NOON + timedelta(days=days),
            amount=most,
            unit_price=most,
            quantity=1,
            currency="VND",
        )
    assert build().created == 1
    assert ClientMasterProfile.objects.get().monetary_amount == 3 * most
    assert build().unchanged == 1


def test_a_profile_sums_up_what_was_ordered_and_is_recorded_once(django_user_model):
    actor = django_user_model.objects.create_user("actor", email="a@example.org")
    customer, red = CustomerFactory(), ProductFactory()
    white = ProductFactory(family="WHITE", grape="Chenin « sec »", **dict.fromkeys(AROMA_COLUMNS, 20))
    OrderLineFactory(customer=customer, product=red, ordered_at=NOON, quantity=3)
    OrderLineFactory(customer=customer, product=white, ordered_at=NOON + timedelta(days=1), quantity=1)
    with audit_context(actor=actor, reason="nightly"):
        result = build()
    assert (result.customers, result.created, result.removed, result.mixed_currencies) == (1, 1, 0, 0)
    assert list(result.seconds) == ["read", "compute", "compare", "write", "popularity"]
    profile = ClientMasterProfile.objects.get()
    assert (profile.customer, profile.as_of, profile.recency_days, profile.frequency) == (
        customer,
        AS_OF,
        30,
        2,
    )
    assert (profile.monetary_amount, profile.monetary_currency) == (Decimal("50.00"), "EUR")
    assert profile.top_families == [{"value": "RED", "share": 0.75}, {"value": "WHITE", "share": 0.25}]
    assert profile.top_grapes[1] == {"value": "Chenin « sec »", "share": 0.25}
    assert [each["axis"] for each in profile.aroma_profile] == ["fruit", "acidity", "body"]
    assert (profile.family_diversity, profile.product_diversity) == (1.0, 1.0)
    (record,) = profile.history.all()
    assert (record.version, record.history_user_id, record.history_change_reason) == (1, actor.pk, "nightly")
    profile.full_clean()


def test_building_again_writes_nothing():
    for each in range(3):
        OrderLineFactory(ordered_at=NOON + timedelta(days=each), currency="EUR" if each else "USD")
    build()
    before = list(ClientMasterProfile.all_objects.order_by("pk").values())
    again = build()
    assert (again.created, again.updated, again.removed, again.unchanged, again.products) == (0, 0, 0, 3, 0)
    assert list(ClientMasterProfile.all_objects.order_by("pk").values()) == before


def test_a_changed_figure_is_written_without_a_version():
    line = OrderLineFactory(ordered_at=NOON)
    build()
    OrderLineFactory(customer=line.customer, ordered_at=NOON + timedelta(days=9))
    assert (build().updated, build().unchanged) == (1, 1)
    profile = ClientMasterProfile.objects.get()
    assert (profile.frequency, profile.version, profile.history.count()) == (2, 1, 1)


def test_no_line_of_the_day_or_later_is_read(settings):
    settings.TIME_ZONE = "Europe/Paris"
    midnight = start_of(AS_OF)
    old = OrderLineFactory(ordered_at=midnight - timedelta(milliseconds=1))
    OrderLineFactory(customer=old.customer, ordered_at=midnight)
    OrderLineFactory(ordered_at=midnight)
    assert build().customers == 1
    profile = ClientMasterProfile.objects.get()
    assert (profile.customer, profile.frequency, profile.recency_days) == (old.customer, 1, 1)


def test_who_has_no_order_by_then_loses_the_profile_and_gets_another_one_later():
    line = OrderLineFactory(ordered_at=NOON)
    build()
    early = build(date(2021, 1, 1))
    assert (early.customers, early.removed) == (0, 1)
    assert not ClientMasterProfile.objects.exists()
    assert ClientMasterProfile.all_objects.get().is_deleted
    assert build().created == 1
    assert ClientMasterProfile.objects.get().customer == line.customer


def test_who_was_deleted_or_merged_has_none():
    kept, merged = OrderLineFactory(ordered_at=NOON), OrderLineFactory(ordered_at=NOON)
    OrderLineFactory(ordered_at=NOON).customer.delete()
    ClientMasterProfileFactory(customer=merged.customer)
    Customer.objects.filter(pk=merged.customer_id).update(merged_into=kept.customer)
    result = build()
    assert (result.customers, result.removed) == (1, 1)
    assert ClientMasterProfile.objects.get().customer == kept.customer


def test_popularity_is_the_share_of_the_lately_buying_customers_who_kept_a_product():
    first, second, third, never = (ProductFactory() for _each in range(4))
    people = [CustomerFactory() for _each in range(3)]
    for person in people:
        OrderLineFactory(customer=person, product=first, ordered_at=NOON)
    OrderLineFactory(customer=people[0], product=second, ordered_at=NOON)
    OrderLineFactory(customer=people[0], product=third, ordered_at=NOON - timedelta(days=400))
    Product.objects.filter(pk=never.pk).update(popularity=0.5)
    assert build().products == 3
    shares = dict(Product.objects.values_list("pk", "popularity"))
    assert shares == {first.pk: 1.0, second.pk: 0.333333, third.pk: 0.0, never.pk: 0.0}
    assert Product.objects.get(pk=first.pk).version == 1


def test_several_currencies_of_a_customer_are_counted():
    line = OrderLineFactory(ordered_at=NOON)
    for currency in ("USD", "GBP"):
        OrderLineFactory(customer=line.customer, ordered_at=NOON, currency=currency)
    OrderLineFactory(ordered_at=NOON, currency="USD")
    assert build().mixed_currencies == 1


def test_whoever_waits_is_told_of_each_step():
    told = []
    build_profiles(as_of=AS_OF, progress=lambda done, steps: told.append((done, steps)))
    assert told == [(step, 5) for step in range(1, 6)]


def test_the_command_says_what_was_done():
    OrderLineFactory(ordered_at=NOON)
    out = StringIO()
    call_command("build_profiles", "--as-of", "2022-01-01", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert (said["as_of"], said["customers"], said["created"]) == ("2022-01-01", 1, 1)
    assert set(said["seconds"]) == {"read", "compute", "compare", "write", "popularity"}
    words = StringIO()
    call_command("build_profiles", "--as-of", "2022-01-01", stdout=words)
    assert "As of 2022-01-01: 1 profiles, 0 created, 0 updated, 1 unchanged, 0 removed" in words.getvalue()


rows = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(0, 3),
        st.integers(0, 4000),
        st.integers(-3, 5).filter(bool),
        st.integers(0, 3000),
    ),
    min_size=1,
    max_size=15,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes over a database
)
@given(rows=rows)
def test_what_is_stored_is_what_the_oracle_says_and_has_its_shape(rows, settings):
    settings.TIME_ZONE = "Europe/Paris"
    OrderLine.all_objects.all().delete()
    ClientMasterProfile.all_objects.all().delete()
    things = [_product(number) for number in range(4)]
    people = [CustomerFactory() for _each in range(4)]
    lines = []
    for who, what, hours, quantity, cents in rows:
        moment = NOON - timedelta(days=150) + timedelta(hours=hours)
        row = OrderLineFactory(
            customer=people[who],
            product=things[what],
            ordered_at=moment,
            quantity=quantity,
            amount=Decimal(cents * quantity) / 100,
        )
        lines.append(
            Line(row.customer.customer_code, _known(things[what]), moment, quantity, cents * quantity)
        )
    build()
    everything = [_known(each) for each in Product.objects.all()]
    expected, popular = profiles(lines, everything, as_of=AS_OF, zone="Europe/Paris")
    stored = {
        each.customer.customer_code: each for each in ClientMasterProfile.objects.select_related("customer")
    }
    assert set(stored) == set(expected)
    for who, profile in expected.items():
        stored[who].full_clean()
        money = {"cents": int(stored[who].monetary_amount * 100), "currency": stored[who].monetary_currency}
        named = [name for name in profile if name not in (*money, "sugar_diversity", "budget_diversity")]
        assert {name: getattr(stored[who], name) for name in named} | money == {
            name: profile[name] for name in (*named, *money)
        }
    assert {
        each.product_key: each.popularity for each in things if not each.refresh_from_db() and each.popularity
    } == {key: share for key, share in popular.items() if share}


def _product(number: int) -> Product:
    if number == 3:
        return ProductFactory(family=None, grape=None, sugar=None, **dict.fromkeys(AROMA_COLUMNS))
    axes = {name: (number * 31 + at * 17) % 101 for at, name in enumerate(AROMA_COLUMNS)}
    return ProductFactory(family=("RED", "WHITE", "RED")[number], budget="FINE" if number else None, **axes)


def _known(product: Product) -> dict:
    axes = {axis: getattr(product, f"aroma_{axis}") for axis in AXES}
    return {"key": product.product_key, **{kind: getattr(product, kind) for kind in KINDS}, **axes}
