"""Watching: heartbeats leave no version, and nothing that was seen is unseen."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from accounts.tests.factories import UserFactory
from config.base.exceptions import DomainError
from courses.services import unpublish_lesson
from courses.tests.factories import VideoFactory
from learning.models import ProgressSnapshot, VideoProgress
from learning.services import save_video_position, withdraw

from .factories import FIRST_DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def video(learning):
    return VideoFactory(lesson=learning.lessons[0], duration_seconds=200)


def test_a_video_is_completed_at_95_percent_and_stays_so(learning, video):
    seen = []
    for position in (50, 189, 190, 10, 500):
        row = save_video_position(user=learning.user, video=video, position_seconds=position)
        seen.append((row.position_seconds, row.furthest_seconds, row.completed))
    assert seen == [
        (50, 50, False),
        (189, 189, False),
        (190, 190, True),
        (10, 190, True),
        (200, 200, True),
    ]
    row = VideoProgress.objects.get()
    assert (row.version, row.history.count()) == (2, 2), "created and completed; heartbeats leave no trace"


def test_a_video_seen_at_once_is_completed_at_once(learning, video):
    first = save_video_position(user=learning.user, video=video, position_seconds=200)
    again = save_video_position(user=learning.user, video=video, position_seconds=200)
    assert first.completed
    assert first.completed_at == again.completed_at is not None


def test_watching_is_activity(learning, video):
    ProgressSnapshot.objects.update(last_activity_at=FIRST_DAY)
    save_video_position(user=learning.user, video=video, position_seconds=1)
    assert ProgressSnapshot.objects.get().last_activity_at > FIRST_DAY


@pytest.mark.parametrize("position", [-1, True, "12", 1.5, None])
def test_a_position_is_a_number_of_seconds(learning, video, position):
    with pytest.raises(ValidationError) as caught:
        save_video_position(user=learning.user, video=video, position_seconds=position)
    assert set(caught.value.message_dict) == {"position_seconds"}
    assert not VideoProgress.objects.exists()


@pytest.mark.parametrize("spoil", ["stranger", "withdrawn", "unpublished", "deleted", "lesson deleted"])
def test_nobody_watches_what_is_not_theirs_to_watch(learning, video, spoil):
    user, code = learning.user, "lesson_not_available"
    if spoil == "stranger":
        user, code = UserFactory(), "not_enrolled"
    elif spoil == "withdrawn":
        withdraw(**learning.who)
        code = "not_enrolled"
    elif spoil == "unpublished":
        unpublish_lesson(lesson=video.lesson)
    elif spoil == "deleted":
        video.delete()
    else:
        video.lesson.delete()
    with pytest.raises(DomainError) as caught:
        save_video_position(user=user, video=video, position_seconds=1)
    assert caught.value.code == code
    assert not VideoProgress.objects.exists()
