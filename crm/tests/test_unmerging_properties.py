"""Whatever belongs to customers: merging them and undoing it is as if nothing had been."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.models import ContactEvent, RecoItem
from crm.services import merge_customers, unmerge_customers

from .factories import (
    FIRST_DAY,
    ClientMasterProfileFactory,
    ContactEventFactory,
    CustomerFactory,
    OrderLineFactory,
    ProductFactory,
    RecoItemFactory,
    RecoRunFactory,
)
from .merge_helpers import everything

pytestmark = pytest.mark.django_db


KINDS = st.sampled_from(ContactEvent.Kind.values)
ROWS = st.one_of(
    st.tuples(st.just("line"), st.integers(-3, 9).filter(bool), st.booleans()),
    st.tuples(st.just("contact"), KINDS, st.booleans()),
    st.tuples(st.just("item"), st.integers(1, 3), st.booleans()),
    st.tuples(st.just("profile"), st.just(0), st.booleans()),
)
PEOPLE = st.fixed_dictionaries(
    {
        "email": st.sampled_from([None, "one@example.org", "two@example.org"]),
        "full_name": st.sampled_from([None, "Élodie", "Zoé"]),
        "city": st.sampled_from(["", "Beaune"]),
        "is_contactable": st.booleans(),
        "is_bounced": st.booleans(),
        "is_opted_out": st.booleans(),
    }
)
CHOICES = st.dictionaries(
    st.sampled_from(["email", "full_name", "address"]), st.sampled_from(["survivor", "merged"])
)


def add(customer, run, product, row, number):
    kind, value, is_dead = row
    if kind == "line":
        made = OrderLineFactory(customer=customer, product=product, quantity=value)
    elif kind == "contact":
        made = ContactEventFactory(
            customer=customer, kind=value, occurred_at=FIRST_DAY + timedelta(hours=number)
        )
    elif kind == "item" and not RecoItem.objects.filter(run=run, customer=customer, rank=value).exists():
        made = RecoItemFactory(run=run, customer=customer, rank=value)
    elif kind == "profile" and not customer.profiles.exists():
        made = ClientMasterProfileFactory(customer=customer)
    else:
        return
    if is_dead:
        made.delete()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(PEOPLE, min_size=3, max_size=3),
    rows=st.lists(st.tuples(st.integers(0, 2), ROWS), max_size=12),
    choices=CHOICES,
)
def test_merging_and_undoing_is_as_if_nothing_had_been(people, rows, choices):
    customers = [CustomerFactory(**values) for values in people]
    run, product = RecoRunFactory(), ProductFactory()
    for number, (owner, row) in enumerate(rows):
        add(customers[owner], run, product, row, number)
    states, merges = [everything()], []
    for merged, survivor in pairwise(customers):
        merges.append(merge_customers(survivor=survivor, merged=merged, fields=choices))
        states.append(everything())
    for merge, state in zip(reversed(merges), reversed(states[:-1]), strict=True):
        unmerge_customers(merge=merge)
        assert everything() == state
