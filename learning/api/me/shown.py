"""What people are shown of their own work, their children's and their students'. No keys, no addresses."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.base.serializers import BaseSerializer

from ...models import (
    Enrollment,
    ExerciseAttempt,
    Grade,
    LessonProgress,
    ProgressSnapshot,
    QuizAttempt,
    Review,
    VideoProgress,
)


class StudentField(serializers.IntegerField):
    """The key of the learner, as `?student=` takes it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"read_only": True, "source": "user_id", **kwargs})


class MyEnrollmentSerializer(BaseSerializer):
    student = StudentField()
    course_title = serializers.CharField(source="course.title", read_only=True)

    class Meta:
        model = Enrollment
        fields = (
            "id",
            "student",
            "course",
            "course_title",
            "status",
            "enrolled_at",
            "completed_at",
            "version",
        )
        read_only_fields = tuple(name for name in fields if name != "course")

    def run_model_validation(self, attrs: dict[str, Any]) -> None:
        """The service judges whether the course is one to enrol in."""


class MyProgressSerializer(BaseSerializer):
    """Progress in a course, as it is now."""

    student = StudentField()
    course_title = serializers.CharField(source="course.title", read_only=True)

    class Meta:
        model = ProgressSnapshot
        fields = (
            "id",
            "student",
            "course",
            "course_title",
            "current_lesson",
            "lessons_completed",
            "lessons_total",
            "completion_percentage",
            "exercises_attempted",
            "average_score",
            "last_activity_at",
            "version",
        )
        read_only_fields = fields


class MyLessonProgressSerializer(BaseSerializer):
    student = StudentField()

    class Meta:
        model = LessonProgress
        fields = ("id", "student", "lesson", "status", "started_at", "completed_at", "version")
        read_only_fields = fields


class MyVideoProgressSerializer(BaseSerializer):
    student = StudentField()

    class Meta:
        model = VideoProgress
        fields = (
            "id",
            "student",
            "video",
            "position_seconds",
            "furthest_seconds",
            "completed",
            "completed_at",
            "version",
        )
        read_only_fields = fields


class MyQuizAttemptSerializer(BaseSerializer):
    student = StudentField()

    class Meta:
        model = QuizAttempt
        fields: tuple[str, ...] = (
            "id",
            "student",
            "quiz",
            "number",
            "pass_percent",
            "started_at",
            "due_at",
            "submitted_at",
            "score",
            "passed",
            "version",
        )
        read_only_fields: tuple[str, ...] = fields


class AnswerSerializer(BaseSerializer):
    """What a learner sends: an answer in the shape of its kind, and the attempt at a quiz that it belongs to."""

    answer = serializers.JSONField(
        allow_null=False,
        help_text=_(
            "One key, by the kind of the exercise: `selected`, a list of choices by their ids; `value`, true or false; "
            "`blanks`, a list of texts; `text`."
        ),
    )

    class Meta:
        model = ExerciseAttempt
        fields: tuple[str, ...] = ("answer", "quiz_attempt")

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        if "quiz_attempt" in fields and not fields["quiz_attempt"].read_only:
            user = getattr(self.context.get("request"), "user", None)
            fields["quiz_attempt"].queryset = QuizAttempt.objects.filter(user=getattr(user, "pk", None))
        return fields

    def run_model_validation(self, attrs: dict[str, Any]) -> None:
        """The service judges the answer, by the exercise as it is."""


class MyAttemptSerializer(BaseSerializer):
    """An attempt with the question as it was, never with its key, whoever asks.

    `score`, `is_correct` and `feedback` are those of its newest grade. The explanation of the exercise tells the
    answer: it is there once this attempt is right, or no attempt is left. `attempts_left` is null without a limit.
    """

    student = StudentField()
    score = serializers.DecimalField(max_digits=8, decimal_places=2, read_only=True, allow_null=True)
    is_correct = serializers.BooleanField(read_only=True, allow_null=True)
    feedback = serializers.CharField(read_only=True, allow_null=True)
    attempts_left = serializers.SerializerMethodField()
    explanation = serializers.SerializerMethodField()

    class Meta:
        model = ExerciseAttempt
        fields = (
            "id",
            "student",
            "exercise",
            "quiz_attempt",
            "number",
            "status",
            "snapshot_kind",
            "snapshot_prompt",
            "snapshot_options",
            "max_points",
            "answer",
            "submitted_at",
            "score",
            "is_correct",
            "feedback",
            "attempts_left",
            "explanation",
            "version",
        )
        read_only_fields = fields

    def get_attempts_left(self, attempt: Any) -> int | None:
        allowed = attempt.allowed
        return None if allowed is None else max(0, allowed - attempt.used)

    def get_explanation(self, attempt: Any) -> str | None:
        over = attempt.submitted_at is not None and self.get_attempts_left(attempt) == 0
        return attempt.explained if attempt.is_correct or over else None


class MyWholeQuizAttemptSerializer(MyQuizAttemptSerializer):
    """The same with the exercises that it asks, in order, each with what was answered."""

    parts = MyAttemptSerializer(source="parts_in_order", many=True, read_only=True)

    class Meta(MyQuizAttemptSerializer.Meta):
        fields = (*MyQuizAttemptSerializer.Meta.fields, "parts")
        read_only_fields = fields


def with_results(attempts: Any) -> Any:
    """Each with its newest grade and what its exercise allows, in the same query."""
    grades = Grade.objects.filter(attempt=OuterRef("pk")).order_by("-graded_at", "-id")
    alone = ExerciseAttempt.objects.submitted().filter(
        user=OuterRef("user"), exercise=OuterRef("exercise"), quiz_attempt__isnull=True
    )
    used = alone.order_by().values("exercise").annotate(number=Count("pk")).values("number")
    return attempts.annotate(
        score=Subquery(grades.values("score")[:1]),
        is_correct=Subquery(grades.values("is_correct")[:1]),
        feedback=Subquery(grades.values("feedback")[:1]),
        allowed=F("exercise__max_attempts"),
        explained=F("exercise__explanation"),
        used=Coalesce(Subquery(used), 0),
    )


def with_parts(quiz_attempts: Any) -> Any:
    """Each with the attempts at its exercises, in the order in which they are asked."""
    parts = with_results(ExerciseAttempt.objects.order_by("pk"))
    return quiz_attempts.prefetch_related(Prefetch("exercise_attempts", parts, to_attr="parts_in_order"))


class MyGradeSerializer(BaseSerializer):
    student = StudentField(source="attempt.user.pk")

    class Meta:
        model = Grade
        fields = (
            "id",
            "student",
            "attempt",
            "score",
            "is_correct",
            "source",
            "feedback",
            "graded_at",
            "version",
        )
        read_only_fields = fields


class MyReviewSerializer(BaseSerializer):
    """A review. Others see its author's first name; only its author changes it, and hides nothing."""

    author_name = serializers.CharField(source="user.get_short_name", read_only=True)
    is_mine = serializers.SerializerMethodField()

    class Meta:
        model = Review
        fields = (
            "id",
            "course",
            "author_name",
            "is_mine",
            "rating",
            "comment",
            "is_visible",
            "created_at",
            "version",
        )
        read_only_fields = ("is_visible",)

    def get_is_mine(self, review: Review) -> bool:
        return review.user_id == self.context["request"].user.pk

    def run_model_validation(self, attrs: dict[str, Any]) -> None:
        """The model judges the review as its author's: enrolled, and with no other review of the course."""
        attrs["user"] = self.context["request"].user
        super().run_model_validation(attrs)
