"""A merchant's data in small: what the checks at volume are made of is sound, and the same each time."""

from __future__ import annotations

import pytest

from config.base import integrity
from config.base.tests.helpers import assert_sound
from crm import models
from crm.tests.volume import fill

pytestmark = pytest.mark.django_db


def test_the_volume_is_as_large_as_asked_sound_and_valid():
    fill(customers=60, lines=400)
    assert (models.Customer.objects.count(), models.OrderLine.objects.count()) == (60, 400)
    for name in models.__all__:
        model = getattr(models, name)
        if model not in (models.CustomerMerge, models.DistinctPair):  # what people decide
            assert model.objects.exists(), name
            for row in model.objects.all()[:20]:
                row.full_clean()
    assert_sound(models.Customer, models.OrderLine, models.ContactEvent)
    assert list(integrity.find_problems()) == []
    assert models.Customer.objects.filter(is_opted_out=True).count() == 2
    assert models.OrderLine.objects.filter(quantity__lt=0).count() == 400 // 30


def test_the_volume_is_the_same_each_time():
    found = []
    for _each in range(2):
        fill(customers=12, lines=60)
        rows = models.OrderLine.objects.order_by("id")
        found.append(
            list(rows.values_list("order_reference", "line_key", "quantity", "amount", "ordered_at"))
        )
        for model in (models.OutcomeEvent, models.RecoRun, models.OrderLine):
            model.objects.all().delete()
        models.ContactEvent.objects.all().delete()
    assert found[0] == found[1]
