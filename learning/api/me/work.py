"""What was done: one's own work, one's children's and one's students'."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Prefetch, Subquery

from accounts.models import StudentProfile, User
from config.base.api.personal import EditablePersonalViewSet, PersonalViewSet, student_filters

from ... import services
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
from . import shown as serializers


class MyEnrollmentViewSet(PersonalViewSet):
    """Enrolments."""

    serializer_class = serializers.MyEnrollmentSerializer
    filterset_class = student_filters(Enrollment, "user", "course", "status")
    search_fields = ("course__title",)
    ordering_fields = ("enrolled_at", "completed_at")


class MyProgressViewSet(PersonalViewSet):
    """Progress in courses, as last computed."""

    serializer_class = serializers.MyProgressSerializer
    filterset_class = student_filters(ProgressSnapshot, "user", "course")
    ordering_fields = ("completion_percentage", "average_score", "last_activity_at")


class MyLessonProgressViewSet(PersonalViewSet):
    """Progress in lessons."""

    serializer_class = serializers.MyLessonProgressSerializer
    filterset_class = student_filters(LessonProgress, "user", "lesson", "lesson__course", "status")
    ordering_fields = ("started_at", "completed_at")


class MyVideoProgressViewSet(PersonalViewSet):
    """Progress in videos."""

    serializer_class = serializers.MyVideoProgressSerializer
    filterset_class = student_filters(VideoProgress, "user", "video", "completed")
    ordering_fields = ("completed_at",)


class MyQuizAttemptViewSet(PersonalViewSet):
    """Attempts at quizzes."""

    serializer_class = serializers.MyQuizAttemptSerializer
    filterset_class = student_filters(QuizAttempt, "user", "quiz", "passed")
    ordering_fields = ("score", "started_at", "submitted_at")


class MyAttemptViewSet(PersonalViewSet):
    """Attempts at exercises."""

    serializer_class = serializers.MyAttemptSerializer
    filterset_class = student_filters(ExerciseAttempt, "user", "exercise", "quiz_attempt", "status")
    ordering_fields = ("submitted_at",)


class MyGradeViewSet(PersonalViewSet):
    """Grades; of an attempt's, the newest counts."""

    serializer_class = serializers.MyGradeSerializer
    filterset_class = student_filters(Grade, "attempt__user", "attempt", "is_correct")
    ordering_fields = ("graded_at", "score")


class MyReviewViewSet(EditablePersonalViewSet):
    """What is said of published courses; one's own review of a course that one is enrolled in is one's to write."""

    serializer_class = serializers.MyReviewSerializer
    filterset_fields = ("course", "rating")
    ordering_fields = ("rating", "created_at")

    def perform_create(self, serializer: Any) -> None:
        serializer.instance = services.post_review(review=Review(**serializer.validated_data))

    def perform_update(self, serializer: Any) -> None:
        review = serializer.instance
        for name, value in serializer.validated_data.items():
            setattr(review, name, value)
        services.post_review(review=review)


class MyStudentViewSet(PersonalViewSet):
    """One's students: who is enrolled in a course that one instructs, or has a booking with oneself."""

    serializer_class = serializers.MyStudentSerializer
    search_fields = ("full_name",)
    ordering_fields = ("full_name",)
    ordering = ("full_name", "id")

    def own_rows(self, user: Any) -> Any:
        """Each with their profile and their current enrolments in one's courses: two queries more, for all of them."""
        snapshots = ProgressSnapshot.objects.filter(user=OuterRef("user"), course=OuterRef("course"))
        taught = (
            Enrollment.objects.current()
            .filter(course__instructor=user, course__is_deleted=False)
            .select_related("course")
            .annotate(completion_percentage=Subquery(snapshots.values("completion_percentage")[:1]))
            .order_by("course__title", "id")
        )
        return User.objects.students_of(user).prefetch_related(
            Prefetch("enrollments", taught, to_attr="taught_enrollments"),
            Prefetch("student_profiles", StudentProfile.objects.only("user_id", "level")),
        )
