"""What learners do beyond plain create, update and delete: one function per intention."""

from .conversations import (
    close_conversation,
    mark_conversation_read,
    open_conversation,
    post_message,
    reopen_conversation,
    send_message,
)
from .enrolments import enrol, withdraw
from .progress import (
    advance_to_next_lesson,
    get_current_lesson,
    open_lesson,
    save_progress,
    skip_lesson,
)
from .reviews import post_review, review_course
from .snapshots import current_snapshot, mark_stale
from .videos import save_video_position

__all__ = [
    "advance_to_next_lesson",
    "close_conversation",
    "current_snapshot",
    "enrol",
    "get_current_lesson",
    "mark_conversation_read",
    "mark_stale",
    "open_conversation",
    "open_lesson",
    "post_message",
    "post_review",
    "reopen_conversation",
    "review_course",
    "save_progress",
    "save_video_position",
    "send_message",
    "skip_lesson",
    "withdraw",
]
