"""Who writes, changes and sees reviews."""

from __future__ import annotations

import pytest

from accounts.tests.factories import UserFactory
from config.base.testing import api_client
from learning.models import Review

from . import factories as make
from .test_rights import API, ME, listed

pytestmark = pytest.mark.django_db


def test_a_learner_writes_changes_and_takes_back_their_own_review(school):
    client, url = api_client(school.child.user), f"{ME}/reviews/"
    publish = {"status": "PUBLISHED", "published_at": "2026-01-01T00:00:00Z"}
    type(school.course).objects.update(**publish)
    body = {"course": school.course.pk, "rating": 5, "comment": "Good."}
    made = client.post(url, body, format="json")
    assert made.status_code == 201, made.content
    assert (made.json()["is_mine"], made.json()["is_visible"]) == (True, True)
    again = client.post(url, body, format="json")
    assert again.status_code == 400
    mine = f"{url}{made.json()['id']}/"
    change = {"rating": 2, "is_visible": False}
    changed = client.patch(mine, change, format="json", headers={"If-Match": made["ETag"]})
    assert (changed.status_code, changed.json()["rating"], changed.json()["is_visible"]) == (200, 2, True)
    assert client.patch(mine, change, format="json").status_code == 428
    other = api_client(school.people["other learner"])
    assert other.get(mine).json()["is_mine"] is False
    for method in (other.patch, other.delete):
        answer = method(mine, {"rating": 1}, format="json", headers={"If-Match": changed["ETag"]})
        assert answer.status_code == 404
    refused = other.post(url, body, format="json")
    assert refused.status_code == 400, "not enrolled"
    assert client.delete(mine, headers={"If-Match": changed["ETag"]}).status_code == 204
    assert not Review.objects.exists()


def test_reviews_are_shown_of_published_courses_unless_hidden(school):
    shown, hidden = (
        make.ReviewFactory(course=school.course),
        make.ReviewFactory(course=school.course, is_visible=False),
    )
    draft = make.ReviewFactory(course=school.elsewhere)
    type(school.course).objects.filter(pk=school.course.pk).update(
        status="PUBLISHED", published_at="2026-01-01T00:00:00Z"
    )
    assert listed(api_client(UserFactory()), f"{ME}/reviews/") == {shown.pk}
    assert listed(api_client(hidden.user), f"{ME}/reviews/") == {shown.pk, hidden.pk}
    assert listed(api_client(school.teacher), f"{API}/reviews/") == {shown.pk, hidden.pk}
    assert listed(api_client(draft.user), f"{ME}/reviews/") == {shown.pk, draft.pk}
