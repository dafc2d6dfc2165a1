"""The editor of templates: slots as rows, placeholders as boxes, and what a template would pick today."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.roles import CONTENT_EDITOR, TEACHER
from accounts.tests.factories import StudentProfileFactory, UserFactory
from config.base.tests.admin_helpers import form_of, signed_in, url_of
from content.models import ContentTemplate, DocumentRequest
from content.tests.factories import SLOTS, ContentTemplateFactory, DocumentBrickFactory
from content.tests.making import brick
from courses.tests.factories import SubjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> Any:
    return signed_in()


def rows(*slots: dict[str, Any], places: Any = None, removed: Any = ()) -> dict[str, Any]:
    """What a browser sends of these rows."""
    fields = ("key", "kind", "count", "difficulty_min", "difficulty_max", "title")
    numbers = [str(number) for number, _slot in enumerate(slots, start=1)]
    sent = {f"slots-{field}": [str(slot.get(field, "")) for slot in slots] for field in fields}
    return {**sent, "slots-row": numbers, "slots-place": places or numbers, "slots-remove": list(removed)}


def post(client: Any, template: ContentTemplate, **values: Any) -> Any:
    url = url_of(ContentTemplate, "change", template.pk)
    kept = {name: value for name, value in form_of(client.get(url)).items() if not name.startswith("slots")}
    return client.post(url, {**kept, "placeholders": template.placeholders, **values})


SPARE = {"kind": "EXERCISE", "difficulty_min": 1, "difficulty_max": 5}


def test_saving_what_is_there_changes_no_revision(boss: Any) -> None:
    template = ContentTemplateFactory(placeholders=["page", "title"])
    response = post(boss, template, **rows(*SLOTS, SPARE, SPARE))
    assert response.status_code == 302, response.context["errors"]
    template.refresh_from_db()
    assert (template.slots, template.placeholders, template.revision) == (SLOTS, ["page", "title"], 1)


def test_rows_are_ordered_by_their_numbers_removed_and_added(boss: Any) -> None:
    template = ContentTemplateFactory()
    new = {
        "key": "more",
        "kind": "TIP",
        "count": 2,
        "difficulty_min": 1,
        "difficulty_max": 5,
        "title": "Plus",
    }
    given = rows(*SLOTS, new, SPARE, places=["3", "2", "1", ""], removed=["2"])
    response = post(boss, template, placeholders=["page", "title"], **given)
    assert response.status_code == 302, response.context["errors"]
    template.refresh_from_db()
    assert template.slots == [new, SLOTS[0]]
    assert (template.placeholders, template.revision) == (["title", "page"], 2)


@pytest.mark.parametrize("wrong", [{"count": "many"}, {"count": ""}, {"key": "Not a slug"}, {"kind": "POEM"}])
def test_a_wrong_row_is_refused_and_stays_as_it_was_typed(boss: Any, wrong: dict[str, Any]) -> None:
    template = ContentTemplateFactory()
    response = post(boss, template, **rows({**SLOTS[0], "title": "Typed", **wrong}))
    assert list(response.context["adminform"].form.errors) == ["slots"]
    assert 'value="Typed"' in response.content.decode()


def drawn(client: Any, template: ContentTemplate, **values: Any) -> Any:
    return client.get(reverse("admin:content_contenttemplate_draw", args=[template.pk]), values)


def test_the_page_shows_what_would_be_picked_and_what_is_missing(boss: Any) -> None:
    subject, template = SubjectFactory(), ContentTemplateFactory(slots=[{**SLOTS[1], "title": "Practice"}])
    bricks = [brick(subject, number, title=f"Ladder {number}") for number in range(3)]
    student = StudentProfileFactory()
    for seen in bricks:
        DocumentBrickFactory(document__request__student=student, brick_version=seen.latest_version)
    before = DocumentRequest.objects.count()

    assert drawn(boss, template).status_code == 200
    asked = {"subject": subject.pk, "level": "TROISIEME", "seed": 7, "student": student.pk}
    response = drawn(boss, template, **asked)

    page = response.content.decode()
    for each in bricks:
        assert reverse("admin:content_contentbrick_change", args=[each.pk]) in page
    assert "1 brick is missing in “Practice”." in page
    assert page.count("1 time") == 3
    assert response.context["request_url"].endswith(
        f"template={template.pk}&level=TROISIEME&subject={subject.pk}&seed=7&student={student.pk}"
    )
    assert DocumentRequest.objects.count() == before


@pytest.mark.parametrize("wrong", [{"seed": "-1"}, {"level": "NURSERY"}, {"subject": "0"}, {"student": "0"}])
def test_a_wrong_question_is_answered_by_the_form(boss: Any, wrong: dict[str, str]) -> None:
    subject, template = SubjectFactory(), ContentTemplateFactory()
    asked = {"subject": subject.pk, "level": "TROISIEME", "seed": "7", **wrong}
    response = drawn(boss, template, **asked)
    assert response.status_code == 400 and "picks" not in response.context
    assert list(response.context["form"].errors) == list(wrong)


def test_who_may_not_see_a_student_does_not_learn_what_they_have_seen(client: Any) -> None:
    subject, template, student = SubjectFactory(), ContentTemplateFactory(), StudentProfileFactory()
    asked = {"subject": subject.pk, "level": "TROISIEME", "seed": "7", "student": student.pk}
    for role, status in ((CONTENT_EDITOR, 200), (TEACHER, 400)):
        user = UserFactory(is_staff=True)
        user.groups.add(Role.objects.get(code=role).group)
        client.force_login(user)
        response = drawn(client, template, **asked)
        assert response.status_code == status
        assert response.context.get("student") is None


def test_it_draws_by_topics_and_difficulty_too(boss: Any) -> None:
    subject, template = SubjectFactory(), ContentTemplateFactory(slots=[{**SLOTS[1], "count": 1}])
    fitting = brick(subject, 1, tags=["vecteurs"])
    brick(subject, 2, tags=["fractions"])
    asked = {"subject": subject.pk, "level": "TROISIEME", "seed": 7, "tags": "vecteurs"}
    response = drawn(boss, template, **asked)
    assert [each["brick"] for each in response.context["picks"]] == [fitting]
    assert [each.bricks for each in response.context["stock"]] == [1]
    assert "tags=vecteurs" in response.context["next_url"]
    assert "tags=vecteurs" in response.context["request_url"]
    harder = drawn(boss, template, **asked, difficulty_min=fitting.difficulty + 1)
    assert [each["brick"] for each in harder.context["picks"]] == []
    crossed = drawn(boss, template, **asked, difficulty_min=4, difficulty_max=2)
    assert list(crossed.context["form"].errors) == ["difficulty_max"]
