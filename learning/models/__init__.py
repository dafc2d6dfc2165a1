"""The models of what learners do, one file per aggregate."""

from .attempt import ExerciseAttempt
from .conversation import Conversation, ConversationParticipant
from .enrollment import Enrollment
from .grade import Grade
from .message import ChatMessage
from .progress import LessonProgress, VideoProgress
from .quiz_attempt import QuizAttempt
from .review import Review
from .snapshot import ProgressSnapshot

__all__ = [
    "ChatMessage",
    "Conversation",
    "ConversationParticipant",
    "Enrollment",
    "ExerciseAttempt",
    "Grade",
    "LessonProgress",
    "ProgressSnapshot",
    "QuizAttempt",
    "Review",
    "VideoProgress",
]
