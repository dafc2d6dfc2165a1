"""The models of what is taught, one file per aggregate."""

from .booking import Booking
from .calendar import CalendarFeed
from .course import Course
from .exercise import Exercise
from .lesson import Lesson, Video
from .purchase import FormulaPurchase
from .quiz import Quiz, QuizItem
from .subject import Subject
from .tutoring import Formula, TutoringSession

__all__ = [
    "Booking",
    "CalendarFeed",
    "Course",
    "Exercise",
    "Formula",
    "FormulaPurchase",
    "Lesson",
    "Quiz",
    "QuizItem",
    "Subject",
    "TutoringSession",
    "Video",
]
