"""What cancellations leave of the credits."""

import pytest

from config.base.tests.helpers import assert_sound
from crm.models import OutcomeEvent
from crm.services import record_outcomes

from .factories import RecoItemFactory
from .outcome_helpers import at, bought, credited, run_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    return RecoItemFactory(run=run_of())


def test_a_cancelled_purchase_is_not_credited_and_a_part_of_it_is():
    first, second, third = (RecoItemFactory(run=run_of()) for _ in range(3))
    bought(first, at(1, 5), 2)
    bought(first, at(1, 7), -2)
    part = bought(second, at(1, 5), 2)
    bought(second, at(1, 7), -1)
    late = bought(third, at(1, 5), 2)
    bought(third, at(2, 7), -2)  # after the window: the report of January stands
    record_outcomes()
    assert set(credited()) == {part.pk, late.pk}


def test_the_newest_purchase_is_taken_back_first(item):
    old = bought(item, at(1, 3), 1)
    bought(item, at(1, 5), 1)
    bought(item, at(1, 7), -1)
    record_outcomes()
    assert set(credited()) == {old.pk}


@pytest.mark.parametrize("quantities", [(2, 1), (1, 2)])
def test_of_purchases_of_one_moment_the_smaller_is_taken_back_in_whatever_order_they_were_stored(
    item, quantities
):
    stored = {quantity: bought(item, at(1, 5), quantity).pk for quantity in quantities}
    bought(item, at(1, 7), -1)
    record_outcomes()
    assert set(credited()) == {stored[2]}


def test_what_is_taken_back_may_have_been_bought_before_the_window(item):
    bought(item, at(12, 20, year=2021), 3)
    bought(item, at(1, 2), -3)
    line = bought(item, at(1, 5))
    record_outcomes()
    assert set(credited()) == {line.pk}


def test_a_cancellation_that_comes_later_takes_the_credit_back(item):
    line = bought(item, at(1, 5))
    record_outcomes()
    back = bought(item, at(1, 9), -1)
    assert record_outcomes().withdrawn == 1
    assert credited() == {}
    assert record_outcomes() == record_outcomes(), "and it stays so"
    back.delete()  # the cancellation was a mistake
    assert record_outcomes().credited == 1
    assert set(credited()) == {line.pk}
    assert_sound(OutcomeEvent)
