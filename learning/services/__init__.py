"""What learners do beyond plain create, update and delete: one function per intention."""

from .answers import start_attempt, submit_answer
from .conversations import (
    close_conversation,
    mark_conversation_read,
    open_conversation,
    post_message,
    reopen_conversation,
    send_message,
)
from .grading import claim_attempt, claimant, grade_attempt, release_attempt
from .quizzes import close_overdue_quizzes, start_quiz, submit_quiz
from .reviews import post_review, review_course

__all__ = [
    "claim_attempt",
    "claimant",
    "close_conversation",
    "close_overdue_quizzes",
    "grade_attempt",
    "mark_conversation_read",
    "open_conversation",
    "post_message",
    "post_review",
    "release_attempt",
    "reopen_conversation",
    "review_course",
    "send_message",
    "start_attempt",
    "start_quiz",
    "submit_answer",
    "submit_quiz",
]
