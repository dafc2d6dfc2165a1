"""Who may do what with which learner's work: object permissions (see `config.base.rights`)."""

from __future__ import annotations

from typing import Any

import rules

from accounts.whose import students_come_from
from config.base.rights import allow, declare_rights, is_visible
from config.base.rows import own_rows
from courses.whose import learners_come_from

from .models import (
    ChatMessage,
    Conversation,
    ConversationParticipant,
    Enrollment,
    ExerciseAttempt,
    Grade,
    LessonProgress,
    ProgressSnapshot,
    QuizAttempt,
    Review,
    VideoProgress,
)
from .whose import enrolled_courses, enrolled_students

students_come_from(enrolled_students)
learners_come_from(enrolled_courses)


@rules.predicate
def is_author(user: Any, review: Any) -> bool:
    """Did this person write the review?"""
    return isinstance(review, Review) and user.is_active and user.pk == review.user_id


_RIGHTS = {
    Enrollment: "course",
    Review: "course",
    LessonProgress: "lesson",
    VideoProgress: "video",
    QuizAttempt: "quiz",
    ExerciseAttempt: "exercise",
    Grade: "attempt",
    ProgressSnapshot: "course",
    Conversation: "course",
    ConversationParticipant: "conversation",
    ChatMessage: "conversation",
}

declare_rights("learning")
for _model, _field in _RIGHTS.items():
    own_rows(_model, "taught_by", through=_field)
    allow("view", _model, is_visible)
for _right in ("change", "delete"):
    allow(_right, Review, is_author)
