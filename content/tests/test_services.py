"""Publishing, archiving and rating bricks: what changes, what is refused, what is announced."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections

from accounts.tests.factories import StudentProfileFactory, UserFactory
from config.base.events import subscribe, unsubscribe
from config.base.exceptions import DomainError, StaleObjectError
from config.base.tests.helpers import assert_sound, race
from content.events import BrickPublished
from content.hashing import text_of, text_sha256
from content.models import BrickVersion, ContentBrick, ContentBrickRating
from content.services import archive_brick, publish_brick, rate_brick

from .factories import BrickVersionFactory, ContentBrickFactory, DocumentBrickFactory


@pytest.fixture
def announced():
    """The events delivered so far."""
    events = []
    subscribe(BrickPublished, events.append)
    yield events
    unsubscribe(BrickPublished, events.append)


def received_by(user, brick):
    """The brick, in a document that this person asked for."""
    return DocumentBrickFactory(document__request__requester=user, brick_version__brick=brick)


@pytest.mark.django_db
def test_publishing_freezes_the_text(announced, django_capture_on_commit_callbacks):
    brick = ContentBrickFactory()
    with django_capture_on_commit_callbacks(execute=True):
        version = publish_brick(brick=brick)
    assert (version.number, text_of(version)) == (1, text_of(brick))
    assert version.sha256 == text_sha256(**text_of(brick))
    version.full_clean()
    stored = ContentBrick.objects.get(pk=brick.pk)
    assert (stored.status, stored.version, brick.version) == ("PUBLISHED", 2, 2)
    stored.full_clean()
    (event,) = announced
    assert (event.brick_id, event.brick_version_id, event.number) == (brick.pk, version.pk, 1)
    assert_sound(ContentBrick, BrickVersion)


@pytest.mark.django_db
def test_publishing_an_unchanged_brick_changes_and_announces_nothing(
    announced, django_capture_on_commit_callbacks
):
    brick = ContentBrickFactory()
    with django_capture_on_commit_callbacks(execute=True):
        first = publish_brick(brick=brick)
        again = publish_brick(brick=brick)
    assert first == again
    assert len(announced) == 1
    assert brick.versions.count() == 1
    assert ContentBrick.objects.get(pk=brick.pk).version == 2


@pytest.mark.django_db
def test_an_edit_waits_for_the_next_publication():
    brick = ContentBrickFactory()
    first = publish_brick(brick=brick)
    assert not brick.has_unpublished_changes
    brick.answer = "$4$ m, as $5^2 = 3^2 + 4^2$."
    brick.save()
    assert (brick.status, brick.latest_version) == ("PUBLISHED", first)
    assert brick.has_unpublished_changes
    assert list(ContentBrick.objects.with_unpublished_changes()) == [brick]
    second = publish_brick(brick=brick)
    assert (second.number, second.answer) == (2, brick.answer)
    assert first.answer != second.answer
    assert not ContentBrick.objects.with_unpublished_changes().exists()


@pytest.mark.django_db
def test_going_back_to_an_earlier_text_is_a_version_of_its_own():
    brick = ContentBrickFactory(body="One.")
    publish_brick(brick=brick)
    for body in ("Two.", "One."):
        brick.body = body
        brick.save()
        publish_brick(brick=brick)
    assert list(brick.versions.order_by("number").values_list("body", flat=True)) == ["One.", "Two.", "One."]


@pytest.mark.django_db
def test_what_is_not_text_makes_no_version():
    brick = ContentBrickFactory()
    first = publish_brick(brick=brick)
    brick.difficulty, brick.tags = 5, []
    brick.save()
    assert publish_brick(brick=brick) == first
    assert not brick.has_unpublished_changes


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["", " \n\t"])
def test_a_brick_without_a_text_is_not_published(body, announced, django_capture_on_commit_callbacks):
    brick = ContentBrickFactory(body=body)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(DomainError) as error:
        publish_brick(brick=brick)
    assert error.value.code == "empty_body"
    assert announced == []
    assert ContentBrick.objects.get(pk=brick.pk).status == "DRAFT"
    assert not BrickVersion.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("service", [publish_brick, archive_brick])
def test_a_stale_or_deleted_brick_is_left_alone(service):
    brick = ContentBrickFactory()
    ContentBrick.objects.filter(pk=brick.pk).update(body="Written meanwhile.")
    with pytest.raises(StaleObjectError):
        service(brick=brick)
    brick.refresh_from_db()
    gone = ContentBrick.objects.get(pk=brick.pk)
    brick.delete()
    with pytest.raises(StaleObjectError) as error:
        service(brick=gone)
    assert error.value.found is None
    assert not BrickVersion.objects.exists()


@pytest.mark.django_db
def test_archiving_twice_is_once_and_publishing_brings_the_same_version_back(
    announced, django_capture_on_commit_callbacks
):
    brick = ContentBrickFactory()
    with django_capture_on_commit_callbacks(execute=True):
        version = publish_brick(brick=brick)
        archive_brick(brick=brick)
        archived = archive_brick(brick=brick).version
        assert archived == 3
        assert not ContentBrick.objects.published().exists()
        assert publish_brick(brick=brick) == version
    assert [event.number for event in announced] == [1, 1]
    assert ContentBrick.objects.published().get() == brick


@pytest.mark.django_db
def test_a_number_that_was_used_is_never_used_again():
    brick = ContentBrickFactory()
    publish_brick(brick=brick)
    brick.body = "Two."
    brick.save()
    publish_brick(brick=brick).delete()
    brick.body = "Three."
    brick.save()
    assert publish_brick(brick=brick).number == 3


@pytest.mark.django_db(transaction=True)
def test_concurrent_publications_give_distinct_numbers(monkeypatch):
    # Printing comes before the lock; without it the four meet at the lock all the time, and each has its turn.
    monkeypatch.setattr("content.services.publication._refuse_unready", lambda brick: None)
    brick = ContentBrickFactory()

    def edit_and_publish(number):
        for _try in range(200):
            mine = ContentBrick.objects.get(pk=brick.pk)
            mine.body = f"Text {number}."
            try:
                mine.save()
                return f"v{publish_brick(brick=mine).number}"
            except StaleObjectError:
                continue
        raise AssertionError("never had its turn")

    outcomes = race(*(lambda n=n: edit_and_publish(n) for n in range(4)))
    assert set(outcomes) == {f"v{number}" for number in range(1, len(outcomes) + 1)}
    numbers = list(BrickVersion.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    stored = ContentBrick.objects.get(pk=brick.pk)
    assert (stored.status, stored.has_unpublished_changes) == ("PUBLISHED", False)
    assert_sound(ContentBrick, BrickVersion)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_a_second_publication_waits_for_the_first():
    """Two connections publish the same text; the second is held until the first has committed, and finds it done."""
    from django.db import transaction

    from config.base.tests.test_invariant_locking import wait_until_blocked

    brick = ContentBrickFactory()
    second = ContentBrick.objects.get(pk=brick.pk)
    published, outcome = threading.Event(), {}

    def lead():
        with transaction.atomic():
            publish_brick(brick=brick)
            published.set()
            wait_until_blocked()
        connections.close_all()

    def follow():
        published.wait(10)
        try:
            publish_brick(brick=second)
        except StaleObjectError as error:
            outcome["found"] = error.found
        finally:
            connections.close_all()

    threads = [threading.Thread(target=each) for each in (lead, follow)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcome == {"found": 2}
    assert BrickVersion.objects.get().number == 1
    connection.close()


@pytest.mark.django_db
def test_who_asked_for_it_rates_a_brick_and_changes_their_mind():
    brick, user = ContentBrickFactory(), UserFactory()
    received_by(user, brick)
    rating = rate_brick(user=user, brick=brick, score=2, comment="Too short.")
    assert rate_brick(user=user, brick=brick, score=5) == rating
    assert rate_brick(user=user, brick=brick, score=5).version == 2, "the same again changes nothing"
    stored = ContentBrickRating.objects.get()
    assert (stored.score, stored.comment, stored.version) == (5, "", 2)
    brick.refresh_from_db()
    assert (brick.rating, brick.rating_count, brick.version) == (5, 1, 1)


@pytest.mark.django_db
def test_the_student_for_whom_it_was_made_rates_it_too():
    student, brick = StudentProfileFactory(), ContentBrickFactory()
    DocumentBrickFactory(document__request__student=student, brick_version__brick=brick)
    assert rate_brick(user=student.user, brick=brick, score=4).score == 4


@pytest.mark.django_db
def test_a_student_does_not_rate_what_only_the_teachers_copy_for_them_has():
    student, brick = StudentProfileFactory(), ContentBrickFactory()
    made_for = {"document__request__student": student, "document__variant": "TEACHER"}
    DocumentBrickFactory(**made_for, brick_version__brick=brick)
    with pytest.raises(DomainError):
        rate_brick(user=student.user, brick=brick, score=4)


@pytest.mark.django_db
def test_nobody_rates_what_they_have_not_received():
    brick, user = ContentBrickFactory(), UserFactory()
    BrickVersionFactory(brick=brick)
    received_by(UserFactory(), brick)
    received_by(user, ContentBrickFactory())
    received_by(user, brick).document.delete()
    with pytest.raises(DomainError) as error:
        rate_brick(user=user, brick=brick, score=4)
    assert error.value.code == "not_received"
    assert not ContentBrickRating.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("score", [0, 6])
def test_a_score_out_of_range_is_refused(score):
    brick, user = ContentBrickFactory(), UserFactory()
    received_by(user, brick)
    with pytest.raises(DomainError) as error:
        rate_brick(user=user, brick=brick, score=score)
    assert error.value.code == "invalid_rating"


@pytest.mark.django_db
def test_the_rating_of_a_brick_is_the_mean_to_the_hundredth():
    brick = ContentBrickFactory()
    for score in (5, 4, 4):
        user = UserFactory()
        received_by(user, brick)
        rate_brick(user=user, brick=brick, score=score)
    brick.refresh_from_db()
    assert (str(brick.rating), brick.rating_count) == ("4.33", 3)


@pytest.mark.django_db(transaction=True)
def test_all_who_rate_at_once_are_counted():
    brick = ContentBrickFactory()
    users = [UserFactory() for _ in range(6)]
    for user in users:
        received_by(user, brick)

    def rate(number):
        rate_brick(user=users[number], brick=brick, score=1 + number % 5)

    assert race(*(lambda n=n: rate(n) for n in range(6))) == {"done": 6}
    brick.refresh_from_db()
    assert (str(brick.rating), brick.rating_count) == ("2.67", 6)
    assert_sound(ContentBrickRating)
