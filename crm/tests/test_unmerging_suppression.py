"""Suppression sticks when a merge is undone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.base import integrity
from config.base.querysets import now_ms
from crm.services import merge_customers, opt_in_customer, opt_out_customer, unmerge_customers

from .factories import FIRST_DAY, ContactEventFactory, CustomerFactory
from .merge_helpers import flags


def merge_of(two):
    return merge_customers(survivor=two[0], merged=two[1])


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("first", [(False, False), (True, False), (False, True), (True, True)])
def test_who_opted_out_before_the_merge_is_the_one_who_is_out_after_it(first):
    two = [CustomerFactory(), CustomerFactory()]
    for customer, is_out in zip(two, first, strict=True):
        if is_out:
            opt_out_customer(customer=customer)
    unmerge_customers(merge=merge_of(two))
    assert tuple(flags(each)[1] for each in two) == first
    assert list(integrity.find_problems()) == []


@pytest.mark.parametrize("before", [None, 0, 1])
def test_who_opted_out_since_stays_out_under_both_numbers(before):
    two = [CustomerFactory(), CustomerFactory()]
    if before is not None:
        opt_out_customer(customer=two[before])
    merge = merge_of(two)
    if before is not None:
        opt_in_customer(customer=two[0])
    opt_out_customer(customer=two[0])
    unmerge_customers(merge=merge)
    assert flags(two[0]) == flags(two[1]) == (False, True)
    assert list(integrity.find_problems()) == []


def test_an_old_opt_out_that_is_told_since_counts_for_both():
    two = [CustomerFactory(), CustomerFactory()]
    merge = merge_of(two)
    ContactEventFactory(customer=two[0], kind="OPT_OUT", occurred_at=FIRST_DAY)
    unmerge_customers(merge=merge)
    assert flags(two[0]) == flags(two[1]) == (False, True)


def test_an_opt_out_told_of_the_old_code_counts_for_both_after_the_undoing_too():
    two = [CustomerFactory(), CustomerFactory()]
    opt_out_customer(customer=two[1])
    merge = merge_of(two)
    ContactEventFactory(customer=two[1], kind="OPT_OUT", occurred_at=now_ms() + timedelta(days=1))
    unmerge_customers(merge=merge)
    assert flags(two[0]) == flags(two[1]) == (False, True)


def test_a_consent_since_is_the_survivors_and_the_other_stays_as_they_were():
    two = [CustomerFactory(), CustomerFactory()]
    opt_out_customer(customer=two[1])
    merge = merge_of(two)
    opt_in_customer(customer=two[0])
    assert flags(two[0]) == (False, False)
    unmerge_customers(merge=merge)
    assert (flags(two[0]), flags(two[1])) == ((False, False), (False, True))


def test_a_consent_that_goes_back_no_longer_speaks_for_the_survivor():
    two = [CustomerFactory(), CustomerFactory()]
    ContactEventFactory(customer=two[1], kind="OPT_IN", occurred_at=FIRST_DAY + timedelta(days=9))
    merge = merge_of(two)
    ContactEventFactory(customer=two[0], kind="OPT_OUT", occurred_at=FIRST_DAY)
    assert flags(two[0]) == (False, False)
    unmerge_customers(merge=merge)
    assert flags(two[0]) == (False, True)
    assert list(integrity.find_problems()) == []
