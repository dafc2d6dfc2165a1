"""What was done: one's own work, one's children's and one's students'."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response

from accounts.models import StudentProfile, User
from config.base.api.personal import (
    ActingPersonalViewSet,
    EditablePersonalViewSet,
    PersonalViewSet,
    student_filters,
)

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
from ...selectors import figures_of
from ..figures import FiguresOfNowMixin
from . import shown as serializers
from .students import MyStudentSerializer


class CompletingMixin:
    """Whoever reads how far they are has completed what has nothing left to do: see `services.complete_courses`."""

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if request.method in SAFE_METHODS:
            services.complete_courses(user=request.user)


class MyEnrollmentViewSet(CompletingMixin, ActingPersonalViewSet):  # type: ignore[misc]
    """Enrolments. One enrols in a published course, withdraws, and enrols again: it is the same enrolment."""

    serializer_class = serializers.MyEnrollmentSerializer
    filterset_class = student_filters(Enrollment, "user", "course", "status")
    search_fields = ("course__title",)
    ordering_fields = ("enrolled_at", "completed_at")

    def acting_rows(self, user: Any) -> Any:
        return Enrollment.objects.filter(user=user)

    @extend_schema(
        responses={200: serializers.MyEnrollmentSerializer, 201: serializers.MyEnrollmentSerializer}
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """200 for who was enrolled before: with the same enrolment, active again after a withdrawal."""
        before = Enrollment.objects.filter(user=request.user).count()
        response = super().create(request, *args, **kwargs)
        if Enrollment.objects.filter(user=request.user).count() == before:
            response.status_code = status.HTTP_200_OK
        return response

    def perform_create(self, serializer: Any) -> None:
        learner: Any = self.request.user
        serializer.instance = services.enrol(user=learner, **serializer.validated_data)

    @extend_schema(summary="Leave the course", request=None)
    @action(detail=True, methods=["post"], versioned=False)
    def withdraw(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What one did stays. Twice is once."""
        enrollment = self.get_object()
        services.withdraw(user=request.user, course=enrollment.course)
        return self.represent(enrollment)


class MyProgressViewSet(CompletingMixin, FiguresOfNowMixin, PersonalViewSet):  # type: ignore[misc]
    """Progress in courses; what has changed since it was computed is computed again for whoever reads it."""

    serializer_class = serializers.MyProgressSerializer
    filterset_class = student_filters(ProgressSnapshot, "user", "course")
    ordering_fields = ("last_activity_at",)


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
    """Attempts at quizzes; each alone with its exercises. They are begun at `me/quizzes/{id}/start/`."""

    serializer_class = serializers.MyQuizAttemptSerializer
    filterset_class = student_filters(QuizAttempt, "user", "quiz", "passed")
    ordering_fields = ("score", "started_at", "submitted_at")

    def get_serializer_class(self) -> Any:
        whole = self.action in ("retrieve", "submit")
        return serializers.MyWholeQuizAttemptSerializer if whole else serializers.MyQuizAttemptSerializer

    def own_rows(self, user: Any) -> Any:
        rows = super().own_rows(user)
        return serializers.with_parts(rows) if self.action == "retrieve" else rows

    def acting_rows(self, user: Any) -> Any:
        return serializers.with_parts(QuizAttempt.objects.filter(user=user))

    @extend_schema(summary="Hand in a quiz", request=None)
    @action(detail=True, methods=["post"], versioned=False)
    def submit(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What was answered in time is graded. Twice is once."""
        attempt = self.get_object()
        services.submit_quiz(quiz_attempt=attempt)
        return self.represent(attempt)


class MyAttemptViewSet(PersonalViewSet):
    """Attempts at exercises, with what they were worth."""

    serializer_class = serializers.MyAttemptSerializer
    filterset_class = student_filters(ExerciseAttempt, "user", "exercise", "quiz_attempt", "status")
    ordering_fields = ("submitted_at",)

    def own_rows(self, user: Any) -> Any:
        return serializers.with_results(super().own_rows(user))


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

    serializer_class = MyStudentSerializer
    search_fields = ("full_name",)
    ordering_fields = ("full_name",)
    ordering = ("full_name", "id")

    def own_rows(self, user: Any) -> Any:
        """Each with their profile and their current enrolments in one's courses: two queries more, for all of them."""
        taught = (
            Enrollment.objects.current()
            .filter(course__instructor=user, course__is_deleted=False)
            .select_related("course")
            .order_by("course__title", "id")
        )
        return User.objects.students_of(user).prefetch_related(
            Prefetch("enrollments", taught, to_attr="taught_enrollments"),
            Prefetch("student_profiles", StudentProfile.objects.only("user_id", "level")),
        )

    def paginate_queryset(self, queryset: Any) -> Any:
        """How far they are is counted now, for the page all at once."""
        page: Any = super().paginate_queryset(queryset)
        _count(page)
        return page

    def get_object(self) -> Any:
        student = super().get_object()
        _count([student])
        return student


def _count(students: Iterable[Any]) -> None:
    enrollments = [each for student in students for each in student.taught_enrollments]
    found = figures_of((each.user_id, each.course_id) for each in enrollments)
    for each in enrollments:
        each.completion_percentage = found[each.user_id, each.course_id].percent
