"""What teachers do with what their learners did: answers to grade, and how a class is getting on."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from config.base.api.filters import BaseFilterSet, KeyFilter
from config.base.api.personal import PersonalViewSet
from config.base.serializers import BaseSerializer

from ... import services
from ...models import ExerciseAttempt
from . import bodies, shown


class GradingFilterSet(BaseFilterSet):
    course = KeyFilter(field_name="exercise__lesson__course")

    class Meta:
        model = ExerciseAttempt
        fields = ("exercise", "quiz_attempt")


class MyGradingSerializer(BaseSerializer):
    """An answer to read, with the question as it was, and who is reading it.

    The key, with the sample and the rubric, is there for those who may change exercises.
    """

    student = shown.StudentField()
    student_name = serializers.CharField(source="user.full_name", read_only=True)
    course = serializers.IntegerField(source="exercise.lesson.course_id", read_only=True)
    lesson = serializers.IntegerField(source="exercise.lesson_id", read_only=True)
    claimed_by_name = serializers.SerializerMethodField()
    score = serializers.DecimalField(
        source="current_score", max_digits=8, decimal_places=2, read_only=True, allow_null=True
    )

    class Meta:
        model = ExerciseAttempt
        fields = (
            "id",
            "student",
            "student_name",
            "course",
            "lesson",
            "exercise",
            "quiz_attempt",
            "number",
            "snapshot_kind",
            "snapshot_prompt",
            "snapshot_options",
            "snapshot_key",
            "max_points",
            "answer",
            "submitted_at",
            "claimed_by_name",
            "score",
            "version",
        )
        read_only_fields = fields

    def get_claimed_by_name(self, attempt: ExerciseAttempt) -> str | None:
        """Null as well when whoever claimed it has let half an hour pass."""
        claimant = services.claimant(attempt)
        return None if claimant is None else str(claimant.full_name)


class MyGradingViewSet(PersonalViewSet):
    """Answers that wait for a person, of the courses that one instructs, the oldest first.

    What one has graded is no longer in the list, and still there by its number: another grade can follow.
    """

    serializer_class = MyGradingSerializer
    filterset_class = GradingFilterSet
    ordering_fields = ("submitted_at",)
    ordering = ("submitted_at", "id")

    def own_rows(self, user: Any) -> Any:
        if self.detail:
            return self.acting_rows(user)
        return self._shown(ExerciseAttempt.objects.grading_queue(user))

    def acting_rows(self, user: Any) -> Any:
        rows = ExerciseAttempt.objects.submitted()
        if not user.holds_everywhere("learning.add_grade"):
            rows = rows.instructed_by(user)
        return self._shown(rows)

    def _shown(self, rows: Any) -> Any:
        return rows.select_related("claimed_by", "exercise__lesson").with_current_grade()

    @extend_schema(summary="Take an answer to read it", request=None, responses=MyGradingSerializer)
    @action(detail=True, methods=["post"], versioned=False)
    def claim(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Nobody else grades it for half an hour. Again renews it."""
        attempt = services.claim_attempt(attempt=self.get_object(), user=request.user)
        return self.represent(attempt)

    @extend_schema(summary="Leave an answer to others", request=None, responses=MyGradingSerializer)
    @action(detail=True, methods=["post"], versioned=False)
    def release(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What one has not taken stays as it is."""
        attempt = services.release_attempt(attempt=self.get_object(), user=request.user)
        return self.represent(attempt)

    @extend_schema(
        summary="Say what an answer is worth",
        request=bodies.GradeBody,
        responses={201: shown.MyGradeSerializer},
    )
    @action(detail=True, methods=["post"], versioned=False)
    def grade(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """The newest grade counts; the earlier ones stay."""
        attempt = self.get_object()
        body = bodies.GradeBody(data=request.data)
        body.is_valid(raise_exception=True)
        grade = services.grade_attempt(attempt=attempt, grader=request.user, **body.validated_data)
        answer = shown.MyGradeSerializer(grade, context={"request": request})
        return Response(answer.data, status=status.HTTP_201_CREATED)
