"""What learners do beyond plain create, update and delete: one function per intention."""

from .answers import start_attempt, submit_answer
from .completion import complete_courses
from .conversations import (
    close_conversation,
    mark_conversation_read,
    open_conversation,
    post_message,
    reopen_conversation,
    send_message,
)
from .enrolments import enrol, withdraw
from .grading import claim_attempt, claimant, grade_attempt, release_attempt
from .progress import (
    advance_to_next_lesson,
    get_current_lesson,
    open_lesson,
    save_progress,
    skip_lesson,
)
from .quizzes import close_overdue_quizzes, start_quiz, submit_quiz
from .regrading import RegradeDifference, plan_regrade, regrade
from .reviews import post_review, review_course
from .snapshots import current_snapshot, mark_stale
from .videos import save_video_position

__all__ = [
    "RegradeDifference",
    "advance_to_next_lesson",
    "claim_attempt",
    "claimant",
    "close_conversation",
    "close_overdue_quizzes",
    "complete_courses",
    "current_snapshot",
    "enrol",
    "get_current_lesson",
    "grade_attempt",
    "mark_conversation_read",
    "mark_stale",
    "open_conversation",
    "open_lesson",
    "plan_regrade",
    "post_message",
    "post_review",
    "regrade",
    "release_attempt",
    "reopen_conversation",
    "review_course",
    "save_progress",
    "save_video_position",
    "send_message",
    "skip_lesson",
    "start_attempt",
    "start_quiz",
    "submit_answer",
    "submit_quiz",
    "withdraw",
]
