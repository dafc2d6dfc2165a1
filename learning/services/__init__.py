"""What learners do beyond plain create, update and delete: one function per intention."""

from .conversations import (
    close_conversation,
    mark_conversation_read,
    open_conversation,
    post_message,
    reopen_conversation,
    send_message,
)
from .reviews import post_review, review_course

__all__ = [
    "close_conversation",
    "mark_conversation_read",
    "open_conversation",
    "post_message",
    "post_review",
    "reopen_conversation",
    "review_course",
    "send_message",
]
