"""What one learns from, and what one does there: enrolling is in `work`, here are lessons, videos, exercises, quizzes.

Whoever sees a course or a part of it finds these doors; the services say to whom they open: `not_enrolled` to whoever
only teaches it.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.response import Response

from config.base.api.errors import problem_response
from config.base.exceptions import DomainError
from courses.api import me as courses
from courses.models import Exercise, Quiz, Video

from ... import services
from ...choices import ProgressStatus
from ...models import Enrollment, ExerciseAttempt, LessonProgress, QuizAttempt
from ...selectors import course_outline
from . import bodies, learning, shown


class MyCourseViewSet(courses.MyCourseViewSet):
    """Published courses, and those that one is enrolled in; no drafts."""

    serializer_class = learning.MyCourseSerializer

    def get_serializer_class(self) -> Any:
        return learning.MyWholeCourseSerializer if self.action == "retrieve" else learning.MyCourseSerializer

    def own_rows(self, user: Any) -> Any:
        mine = Enrollment.objects.current().filter(user=user, course=OuterRef("pk"))
        return super().own_rows(user).annotate(is_enrolled=Exists(mine))

    @extend_schema(
        summary="The course with all that one has done of it", responses=learning.OutlineSerializer
    )
    @action(detail=True, versioned=False)
    def outline(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Its lessons in order, each with what is in it and how far one is, and where one goes on."""
        services.complete_courses(user=request.user)
        found = course_outline(user=request.user, course=self.get_object())
        return Response(learning.OutlineSerializer(found).data)

    @extend_schema(summary="The lesson at which one goes on", responses=learning.ResumeSerializer)
    @action(detail=True, versioned=False)
    def resume(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """`lesson` is null when all is done; 404 for who is not enrolled."""
        course = self.get_object()
        if not course.is_enrolled:
            raise Http404
        lesson = services.get_current_lesson(user=request.user, course=course)
        return Response(learning.ResumeSerializer({"lesson": lesson}).data)


class MyLessonViewSet(courses.MyLessonViewSet):
    """Published lessons of the courses that one is enrolled in, or instructs; each alone with all that is in it."""

    serializer_class = learning.MyLessonSerializer

    def get_serializer_class(self) -> Any:
        return learning.MyWholeLessonSerializer if self.action == "retrieve" else learning.MyLessonSerializer

    def own_rows(self, user: Any) -> Any:
        mine = LessonProgress.objects.filter(user=user, lesson=OuterRef("pk")).values("status")
        progress = Coalesce(Subquery(mine[:1]), Value(ProgressStatus.NOT_STARTED))
        rows = super().own_rows(user).annotate(status=progress)
        if self.action != "retrieve":
            return rows
        parts = [
            Prefetch("videos", Video.objects.order_by("position", "id"), to_attr="videos_in_order"),
            Prefetch("exercises", Exercise.objects.order_by("position", "id"), to_attr="exercises_in_order"),
            Prefetch("quizzes", Quiz.objects.order_by("title", "id"), to_attr="quizzes_in_order"),
        ]
        return rows.prefetch_related(*parts)

    @extend_schema(summary="Begin to read a lesson", request=None, responses=learning.StepSerializer)
    @action(detail=True, methods=["post"], versioned=False)
    def open(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """One goes on here from now on, unless one was further already. Twice is once."""
        return self._step(services.open_lesson)

    @extend_schema(summary="Mark a lesson as done", request=None, responses=learning.StepSerializer)
    @action(detail=True, methods=["post"], versioned=False)
    def complete(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """It stays so; after the last required lesson the course is completed. Twice is once."""
        return self._step(services.save_progress)

    @extend_schema(summary="Pass over a lesson", request=None, responses=learning.StepSerializer)
    @action(detail=True, methods=["post"], versioned=False)
    def skip(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """It does not count as done, and can be done later. Twice is once."""
        return self._step(services.skip_lesson)

    @extend_schema(
        summary="Go on to the lesson after this one", request=None, responses=learning.StepSerializer
    )
    @action(detail=True, methods=["post"], versioned=False)
    def advance(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """`next_lesson` is the one after this, done or not; null after the last."""
        lesson = self.get_object()
        following = services.advance_to_next_lesson(
            user=request.user, course=lesson.course, current_lesson=lesson
        )
        return self._answer(lesson, following)

    def _step(self, service: Any) -> Response:
        user: Any = self.request.user
        lesson = self.get_object()
        service(user=user, course=lesson.course, lesson=lesson)
        return self._answer(lesson, services.get_current_lesson(user=user, course=lesson.course))

    def _answer(self, lesson: Any, following: Any) -> Response:
        user: Any = self.request.user
        return Response(learning.StepSerializer(learning.step(user, lesson, following)).data)


class MyVideoViewSet(courses.MyVideoViewSet):
    """Videos in those lessons."""

    @extend_schema(
        summary="Note how far one has watched",
        request=bodies.PositionBody,
        responses=shown.MyVideoProgressSerializer,
    )
    @action(detail=True, methods=["post"], versioned=False)
    def position(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """A player sends this every few seconds. Going back undoes nothing."""
        video = self.get_object()
        body = bodies.PositionBody(data=request.data)
        body.is_valid(raise_exception=True)
        progress = services.save_video_position(user=request.user, video=video, **body.validated_data)
        return Response(shown.MyVideoProgressSerializer(progress, context={"request": request}).data)


class MyExerciseViewSet(courses.MyExerciseViewSet):
    """Exercises of those lessons."""

    def acting_rows(self, user: Any) -> Any:
        """And those that a quiz asks which one is in the middle of, though they have been taken back since."""
        parts = ExerciseAttempt.objects.filter(user=user, quiz_attempt__in=QuizAttempt.objects.open())
        asked = Q(pk__in=parts.values("exercise"))
        return Exercise.all_objects.filter(Q(pk__in=self.own_rows(user).values("pk")) | asked)

    @extend_schema(
        summary="Answer an exercise",
        request=shown.AnswerSerializer,
        responses={200: shown.MyAttemptSerializer, 201: shown.MyAttemptSerializer},
    )
    @action(detail=True, methods=["post"], versioned=False)
    def answer(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What a machine can grade is graded at once; 200 with the earlier attempt for the same answer again.

        With `quiz_attempt`, an attempt of one's own at a quiz that has this exercise, the answer is kept until that is
        submitted, and may be changed until then. What an open quiz asks is answered there and not beside it.
        """
        exercise = self.get_object()
        body = shown.AnswerSerializer(data=request.data, context={"request": request, "view": self})
        body.is_valid(raise_exception=True)
        mine = ExerciseAttempt.objects.filter(user=request.user, exercise=exercise)
        before = set(
            mine.filter(Q(submitted_at__isnull=False) | Q(quiz_attempt__isnull=False)).values_list("pk")
        )
        try:
            attempt = services.submit_answer(user=request.user, exercise=exercise, **body.validated_data)
        except DomainError as error:
            if error.code != "time_is_up":
                raise
            # Answered rather than raised: what was answered in time has been handed in, and stays so.
            response = problem_response(error, self.get_exception_handler_context())
            assert response is not None
            return response
        stored = shown.with_results(ExerciseAttempt.objects.all()).get(pk=attempt.pk)
        shows = shown.MyAttemptSerializer(stored, context={"request": request})
        code = status.HTTP_200_OK if (attempt.pk,) in before else status.HTTP_201_CREATED
        return Response(shows.data, status=code)


class MyQuizViewSet(courses.MyQuizViewSet):
    """Quizzes of those lessons, and of their courses."""

    @extend_schema(
        summary="Begin a quiz",
        request=None,
        responses={200: shown.MyWholeQuizAttemptSerializer, 201: shown.MyWholeQuizAttemptSerializer},
    )
    @action(detail=True, methods=["post"], versioned=False)
    def start(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Its exercises as they are now; 200 with the same attempt as long as it has not been submitted."""
        quiz = self.get_object()
        before = set(QuizAttempt.objects.filter(user=request.user, quiz=quiz).values_list("pk", flat=True))
        attempt = services.start_quiz(user=request.user, quiz=quiz)
        stored = shown.with_parts(QuizAttempt.objects.all()).get(pk=attempt.pk)
        shows = shown.MyWholeQuizAttemptSerializer(stored, context={"request": request})
        code = status.HTTP_200_OK if attempt.pk in before else status.HTTP_201_CREATED
        return Response(shows.data, status=code)
