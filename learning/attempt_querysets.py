"""What is asked of attempts and their grades."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, OuterRef, Subquery

from config.base.querysets import now_ms
from courses.models import Quiz
from courses.whose import is_own_course

from .querysets import WorkQuerySet
from .whose import current_enrollments

if TYPE_CHECKING:
    from .models import ExerciseAttempt, Grade, QuizAttempt


class QuizAttemptQuerySet(WorkQuerySet):
    courses = ("quiz__course", "quiz__lesson__course")

    def get_by_natural_key(
        self, user: str, course: str, lesson: str | None, title: str, number: int
    ) -> QuizAttempt:
        quiz = Quiz.objects.using(self.db).get_by_natural_key(course, lesson, title)
        return self.by_natural_key(user__username=user, quiz=quiz, number=number)

    def open(self) -> Self:
        """Attempts that have not been submitted; the time of some may be up."""
        return self.filter(submitted_at__isnull=True)

    def overdue(self) -> Self:
        """Open attempts whose time is up."""
        return self.open().filter(due_at__lt=now_ms())


class ExerciseAttemptQuerySet(WorkQuerySet):
    courses = ("exercise__lesson__course",)

    def get_by_natural_key(
        self, user: str, course: str, lesson: str, position: int, number: int
    ) -> ExerciseAttempt:
        return self.by_natural_key(
            user__username=user,
            exercise__lesson__course__slug=course,
            exercise__lesson__slug=lesson,
            exercise__position=position,
            number=number,
        )

    def submitted(self) -> Self:
        """Attempts whose answer has been handed in."""
        return self.filter(submitted_at__isnull=False)

    def ungraded(self) -> Self:
        """Submitted attempts without a grade that has a score, oldest first: what a teacher has to read."""
        grades: Any = self.model._meta.get_field("grades").related_model
        scored = grades.objects.filter(attempt=OuterRef("pk"), score__isnull=False)
        return self.submitted().filter(~Exists(scored)).order_by("submitted_at", "id")

    def with_current_grade(self) -> Self:
        """Each with its newest grade, the one that counts; all None where there is none.

        `current_grade` is its key; `current_score`, `current_is_correct` and `current_source` are its columns.
        """
        grades: Any = self.model._meta.get_field("grades").related_model
        newest = grades.objects.filter(attempt=OuterRef("pk")).order_by("-graded_at", "-id")
        return self.annotate(
            current_grade=Subquery(newest.values("pk")[:1]),
            current_score=Subquery(newest.values("score")[:1]),
            current_is_correct=Subquery(newest.values("is_correct")[:1]),
            current_source=Subquery(newest.values("source")[:1]),
        )

    def grading_queue(self, user: Any) -> Self:
        """What waits for a person to read it, oldest first: all of it for whoever grades everywhere, for a teacher
        what those enrolled in the courses that they instruct have handed in.

        Free forms, and what no key could decide. Those of learners in the trash wait there.
        """
        waiting = self.ungraded().filter(user__is_deleted=False)
        if not user.holds_everywhere("learning.add_grade"):
            waiting = waiting.instructed_by(user)
        return waiting

    def instructed_by(self, user: Any) -> Self:
        """In the courses that this person instructs, by those enrolled there."""
        course = "exercise__lesson__course"
        enrolled = current_enrollments().filter(user=OuterRef("user"), course=OuterRef(course))
        return self.filter(is_own_course(user, course), Exists(enrolled))


class GradeQuerySet(WorkQuerySet):
    learner = "attempt__user"
    courses = ("attempt__exercise__lesson__course",)

    def get_by_natural_key(
        self, user: str, course: str, lesson: str, position: int, number: int, graded_at: datetime | str
    ) -> Grade:
        return self.by_natural_key(
            attempt__user__username=user,
            attempt__exercise__lesson__course__slug=course,
            attempt__exercise__lesson__slug=lesson,
            attempt__exercise__position=position,
            attempt__number=number,
            graded_at=graded_at,
        )
