"""Who may do what with which course, lesson, session and seat: object permissions (see `config.base.rights`)."""

from __future__ import annotations

from accounts.whose import students_come_from
from config.base.rights import allow, declare_rights, is_visible
from config.base.rows import own_rows

from .models import (
    Booking,
    CalendarFeed,
    Course,
    Exercise,
    FormulaPurchase,
    Lesson,
    Quiz,
    QuizItem,
    TutoringSession,
    Video,
)
from .whose import tutored_students

students_come_from(tutored_students)

own_rows(Course, "taught_by", through="instructor")
own_rows(Lesson, "taught_by", through="course")
own_rows(Video, "taught_by", through="lesson")
own_rows(Exercise, "taught_by", through="lesson")
own_rows(Quiz, "taught_by", through="course")
own_rows(QuizItem, "taught_by", through="quiz")
own_rows(TutoringSession, "taught_by", through="teacher")
own_rows(Booking, "taught_by", through="session")

declare_rights("courses")
for _model in (
    *(Course, Lesson, Video, Exercise, Quiz, QuizItem),
    *(TutoringSession, Booking, FormulaPurchase, CalendarFeed),
):
    allow("view", _model, is_visible)
