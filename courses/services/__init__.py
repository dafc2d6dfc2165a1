"""What is done with courses, one function an intention."""

from ..availability import free_slots, sessions_left
from .bookings import (
    cancel_booking,
    change_booking,
    complete_booking,
    confirm_booking,
    mark_no_show,
    move_booking,
    request_booking,
)
from .feeds import feed_for, feed_token, open_feed, revoke_feed, rotate_feed
from .lessons import add_lesson, rename_lesson, require_lesson
from .ordering import reorder_exercises, reorder_lessons, reorder_quiz_items, reorder_videos
from .publication import archive_course, publish_course, publish_lesson, unpublish_lesson
from .questions import export_exercises, export_questions, import_questions
from .sessions import cancel_session, finish_session, move_session, open_session

__all__ = [
    "add_lesson",
    "archive_course",
    "cancel_booking",
    "cancel_session",
    "change_booking",
    "complete_booking",
    "confirm_booking",
    "export_exercises",
    "export_questions",
    "feed_for",
    "feed_token",
    "finish_session",
    "free_slots",
    "import_questions",
    "mark_no_show",
    "move_booking",
    "move_session",
    "open_feed",
    "open_session",
    "publish_course",
    "publish_lesson",
    "rename_lesson",
    "reorder_exercises",
    "reorder_lessons",
    "reorder_quiz_items",
    "reorder_videos",
    "request_booking",
    "require_lesson",
    "revoke_feed",
    "rotate_feed",
    "sessions_left",
    "unpublish_lesson",
]
