"""What this app holds of people; see `config.base.personal`.

Stars, scores, dates and counts stay, because a course's rating and a class's averages are made of them; the words go:
what the person wrote, and their name in what others wrote to them and about them.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from config.base.erasure import mask
from config.base.mentions import MASK
from config.base.personal import Person, also_erase, by_user, declare

from .models import Conversation, ConversationParticipant, ExerciseAttempt


def without_words(answer: Any, _key: Any) -> Any:
    """An answer of the same shape without what was typed; ticks and truth values stay."""
    if not isinstance(answer, dict):
        return answer
    if "text" in answer:
        return {"text": MASK}
    if "blanks" in answer:
        return {"blanks": [MASK if blank else "" for blank in answer["blanks"]]}
    return answer


def without_excerpt(context: Any, _key: Any) -> Any:
    """What a message is about, without what its author had before them."""
    return {name: value for name, value in (context or {}).items() if name != "excerpt"}


def _takes_part(person: Person) -> Q:
    places = ConversationParticipant.all_objects.filter(by_user("user")(person))
    return by_user("created_by")(person) | Q(pk__in=places.values("conversation"))


def _said_with_them(person: Person) -> Q:
    """Messages of the conversations that they take part in, or opened."""
    return Q(conversation__in=Conversation.all_objects.filter(_takes_part(person)).order_by().values("pk"))


def _of_their_courses(person: Person) -> Q:
    """Reviews of what they teach or taught."""
    return Q(course__any_of=sorted(person.rows("courses.Course")))


declare(
    "learning.Enrollment",
    own=by_user("user"),
    export=("course__title", "status", "enrolled_at", "completed_at"),
)
declare(
    "learning.LessonProgress",
    own=by_user("user"),
    export=("lesson__title", "status", "started_at", "completed_at"),
)
declare(
    "learning.VideoProgress",
    own=by_user("user"),
    export=("video__title", "position_seconds", "furthest_seconds", "completed", "completed_at"),
)
declare(
    "learning.ProgressSnapshot",
    own=by_user("user"),
    export=(
        *("course__title", "lessons_completed", "lessons_total", "completion_percentage"),
        *("exercises_attempted", "average_score", "last_activity_at"),
    ),
)
declare(
    "learning.QuizAttempt",
    own=by_user("user"),
    export=("quiz__title", "number", "started_at", "submitted_at", "score", "passed"),
)
declare(
    "learning.ExerciseAttempt",
    own=by_user("user"),
    export=(
        "number",
        "status",
        "snapshot_prompt",
        "snapshot_options",
        "answer",
        "max_points",
        "submitted_at",
    ),
    blank={"answer": without_words},
    mention=("answer",),
    proven=("snapshot_prompt", "snapshot_options", "snapshot_key"),  # as in the exercise; see `mask_prompts`
)
declare(
    "learning.Grade",
    own=by_user("attempt__user"),
    export=("attempt__number", "score", "is_correct", "source", "feedback", "graded_at"),
    about=by_user("grader"),
    mention=("feedback",),
)
declare(
    "learning.Review",
    own=by_user("user"),
    export=("course__title", "rating", "comment", "is_visible"),
    about=_of_their_courses,
    blank={"comment": ""},
    mention=("comment",),
)
declare(
    "learning.Conversation",
    own=by_user("created_by"),
    exported=_takes_part,
    export=("reference", "title", "status", "closed_at"),
    blank={"title": MASK},
    about=_takes_part,
    mention=("title",),
)
declare(
    "learning.ConversationParticipant",
    own=by_user("user"),
    export=("conversation__reference", "last_read_at"),
)
declare(
    "learning.ChatMessage",
    own=by_user("author"),
    export=("conversation__reference", "role", "body", "context"),
    about=_said_with_them,
    blank={"body": MASK, "context": without_excerpt},
    mention=("body", "context"),
)


@also_erase
def mask_prompts(person: Person) -> None:
    """Copies of a teacher's exercises lose the teacher's name as the exercises do; see `courses.privacy`."""
    taught = ExerciseAttempt.all_objects.filter(
        exercise__lesson__course__any_of=sorted(person.rows("courses.Course"))
    )
    mask(ExerciseAttempt, ["snapshot_prompt"], person.telling, keys=set(taught.values_list("pk", flat=True)))
