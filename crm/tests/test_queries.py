"""What the querysets answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm import models
from crm.values import AROMA_COLUMNS

from . import factories as make
from .factories import FIRST_DAY

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def test_contactable_is_who_has_nothing_against_it_and_is_nobody_else():
    free = make.CustomerFactory()
    for against in (
        {"is_bounced": True},
        {"is_opted_out": True},
        {"is_contactable": False},
        {"merged_into": free},
    ):
        make.CustomerFactory(**against)
    assert list(models.Customer.objects.contactable()) == [free]
    assert models.Customer.objects.unmerged().count() == 4


def test_people_are_found_by_every_word_of_their_name_blind_to_accents():
    found = make.CustomerFactory(full_name="Élodie Œuvré")
    make.CustomerFactory(full_name="Élodie Martin")
    make.CustomerFactory(full_name=None)
    assert list(models.Customer.objects.search_by_name("OEUVRE elo")) == [found]
    assert models.Customer.objects.search_by_name(" ").count() == 3


def test_products_by_standing():
    plain = make.ProductFactory(is_active=False, **dict.fromkeys(AROMA_COLUMNS))
    known = make.ProductFactory()
    models.Product.objects.filter(pk=plain.pk).update(popularity=5)
    assert list(models.Product.objects.active()) == [known]
    assert list(models.Product.objects.with_aromas()) == [known]
    assert list(models.Product.objects.most_popular()) == [plain, known]


def test_a_run_reads_no_line_of_its_day():
    early = make.OrderLineFactory(ordered_at=FIRST_DAY)
    late = make.OrderLineFactory(ordered_at=FIRST_DAY + HOUR)
    assert list(models.OrderLine.objects.before(FIRST_DAY + HOUR)) == [early]
    assert list(models.OrderLine.objects.between(FIRST_DAY + HOUR, FIRST_DAY + 2 * HOUR)) == [late]
    assert [line.is_cancellation for line in (early, make.OrderLineFactory.build(quantity=-1))] == [
        False,
        True,
    ]


def test_contacts_made_and_words_said():
    sent, said = make.ContactEventFactory(), make.ContactEventFactory(kind="OPT_IN")
    make.ContactEventFactory(kind="OPENED")
    assert list(models.ContactEvent.objects.sent()) == [sent]
    assert list(models.ContactEvent.objects.consents()) == [said]


def test_what_services_left():
    batch = make.ImportBatchFactory()
    make.ImportBatchFactory()
    assert list(models.ImportBatch.objects.of_file(batch.sha256)) == [batch]
    merge = make.CustomerMergeFactory()
    undone = make.CustomerMergeFactory(undone_at=merge.merged_at + HOUR)
    assert list(models.CustomerMerge.objects.standing()) == [merge] != [undone]
    profile = make.ClientMasterProfileFactory(segment="AT_RISK")
    make.ClientMasterProfileFactory(segment="NEW")
    assert list(models.ClientMasterProfile.objects.in_segments("AT_RISK", "LOST")) == [profile]
    done = make.RecoRunFactory()
    make.RecoRunFactory(status="RUNNING", finished_at=None)
    assert list(models.RecoRun.objects.done()) == [done]
    item = make.RecoItemFactory(run=done)
    make.RecoItemFactory(run=done, is_holdout=True)
    assert list(models.RecoItem.objects.to_contact()) == [item]
    outcome = make.OutcomeEventFactory(reco_item=item)
    make.OutcomeEventFactory()
    assert list(models.OutcomeEvent.objects.of_runs([done.pk])) == [outcome]


def test_notes_by_what_they_are_about():
    customer = make.CustomerFactory()
    about = make.AuditItemFactory(object_type="crm.customer", object_id=customer.pk)
    make.AuditItemFactory(resolved_at=FIRST_DAY)
    assert list(models.AuditItem.objects.about(customer)) == [about]
    assert list(models.AuditItem.objects.open()) == [about]
