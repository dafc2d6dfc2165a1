"""What `demo` does for customers: ratings become orders, profiles and recommendations; twice is once."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from config.base.management.commands.demo import seed_files
from config.base.tests.test_seeds import stored
from crm import demo
from crm.models import AuditItem, ClientMasterProfile, Customer, ImportBatch, OrderLine, RecoRun

pytestmark = pytest.mark.django_db

STEPS = (demo.import_ratings, demo.build_profiles, demo.recommend)


@pytest.fixture(autouse=True)
def wines(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    files = [str(path) for path in seed_files() if '"crm.product' in path.read_text(encoding="utf-8")]
    call_command("loaddata", *files, verbosity=0)


def said():
    return [step(lambda message: None) for step in STEPS]


def test_ratings_become_orders_profiles_and_recommendations():
    first = said()
    assert first[0].startswith("1000 ratings of X-Wines are orders of one bottle")
    assert OrderLine.objects.count() == ImportBatch.objects.get().rows_created == 1000
    assert set(OrderLine.objects.values_list("quantity", "amount").distinct()) == {(1, 0)}
    assert not AuditItem.objects.filter(code="zero_price").exists(), "the mapping says it, not the file"
    assert ClientMasterProfile.objects.count() == Customer.objects.count() > 500
    run = RecoRun.objects.get()
    assert (str(run.as_of), run.status) == ("2022-01-01", "DONE")
    assert run.items.count() > 500
    before = stored()
    second = said()
    assert second == [
        "xwines_ratings.csv has been imported before.",
        "There are profiles already.",
        "There is a run as of 2022-01-01 already.",
    ]
    assert stored() == before


def test_orders_that_somebody_took_back_do_not_come_again():
    demo.import_ratings(lambda message: None)
    ImportBatch.objects.get().delete()
    assert "before" in demo.import_ratings(lambda message: None)
    assert ImportBatch.all_objects.count() == 1
