"""Templates and requests: the shapes that they refuse by name, their revisions, seeds and keys."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from content.models import ContentTemplate, DocumentRequest

from .factories import SLOTS, ContentTemplateFactory, DocumentRequestFactory

pytestmark = pytest.mark.django_db

SLOT = SLOTS[0]


@pytest.mark.parametrize(
    "slots",
    [
        [],
        [{**SLOT, "count": 0}],
        [{**SLOT, "count": 51}],
        [{**SLOT, "kind": "POEM"}],
        [{**SLOT, "difficulty_min": 0}],
        [{**SLOT, "difficulty_max": 6}],
        [{**SLOT, "difficulty_min": 4, "difficulty_max": 2}],
        [{**SLOT, "title": "two\nlines"}],
        [{**SLOT, "colour": "red"}],
        [{name: value for name, value in SLOT.items() if name != "key"}],
        [SLOT, SLOT],
    ],
)
def test_slots_are_refused_by_name(slots):
    template = ContentTemplateFactory.build(slots=slots)
    with pytest.raises(ValidationError) as error:
        template.full_clean()
    assert list(error.value.message_dict) == ["slots"]


def test_a_template_asks_for_no_more_bricks_than_are_drawn_in_a_moment():
    at_most = [{**SLOT, "key": f"slot-{number}", "count": 50} for number in range(4)]
    ContentTemplateFactory.build(slots=at_most).full_clean()
    with pytest.raises(ValidationError, match="200 bricks at most; these slots ask for 201"):
        ContentTemplateFactory.build(slots=[*at_most, {**SLOT, "count": 1}]).full_clean()


def test_placeholders_come_from_a_closed_list():
    with pytest.raises(ValidationError, match=r"placeholders|\[0\]"):
        ContentTemplateFactory(placeholders=["{{ settings.SECRET_KEY }}"])


@pytest.mark.parametrize(
    "criteria",
    [
        {"tag": "fractions"},
        {"tags": "fractions"},
        {"difficulty_max": 6},
        {"difficulty_min": 4, "difficulty_max": 2},
        {"language": "de"},
        {"allow_relaxation": "yes"},
        {"exclude_families": [""]},
    ],
)
def test_criteria_are_refused_by_name(criteria):
    request = DocumentRequestFactory()
    request.criteria = criteria
    with pytest.raises(ValidationError) as error:
        request.full_clean()
    assert list(error.value.message_dict) == ["criteria"]


@pytest.mark.parametrize("variants", [[], ["STUDENT", "STUDENT"], ["PARENT"], "STUDENT"])
def test_a_request_names_each_copy_once(variants):
    with pytest.raises(ValidationError):
        DocumentRequestFactory(variants=variants)


def test_every_change_of_the_layout_raises_the_revision_and_nothing_else_does():
    template = ContentTemplateFactory()

    def stored():
        return ContentTemplate.objects.values_list("revision", flat=True).get(pk=template.pk)

    template.name = "Another name"
    template.save()
    template.slots = [{**SLOT, "count": 2}]
    template.save()
    assert (template.revision, stored()) == (2, 2)
    template.placeholders = []
    template.save(update_fields=["placeholders"])
    assert (template.revision, stored()) == (3, 3)
    ContentTemplate.objects.filter(pk=template.pk).update(document_type="EXAM")
    ContentTemplate.objects.filter(pk=template.pk).update(name="A third name")
    assert stored() == 4
    template.refresh_from_db()
    template.revision = 1
    template.save()
    assert stored() == 4, "it never falls"


def test_a_request_has_a_seed_of_its_own_unless_it_names_one():
    first, second = DocumentRequest().seed, DocumentRequest().seed
    assert first != second
    assert 0 <= first < 2**31


def test_a_key_makes_a_request_of_the_same_person_the_same():
    request = DocumentRequestFactory(idempotency_key="monday")
    DocumentRequestFactory(idempotency_key="monday")  # somebody else's
    twin = DocumentRequestFactory.build(
        requester=request.requester,
        template=request.template,
        subject=request.subject,
        idempotency_key="monday",
    )
    with pytest.raises(ValidationError) as error:
        twin.full_clean()
    assert list(error.value.message_dict) == ["idempotency_key"]
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()
    twin.idempotency_key = ""
    twin.full_clean()
    assert twin.idempotency_key is None
    twin.save()


def test_a_request_that_has_been_taken_up_is_changed_no_more():
    request = DocumentRequestFactory()
    request.level = "SECONDE"
    request.full_clean()
    request.status = DocumentRequest.Status.RUNNING
    request.save()
    request.level = "PREMIERE"
    with pytest.raises(ValidationError, match="taken up"):
        request.full_clean()


def test_progress_makes_no_version():
    request = DocumentRequestFactory(status="RUNNING")
    request.progress = 40
    request.save(update_fields=["progress"])
    DocumentRequest.objects.filter(pk=request.pk).update(progress=50)
    request.refresh_from_db()
    assert (request.progress, request.version) == (50, 1)
