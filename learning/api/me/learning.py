"""How courses and lessons look to whoever learns there: with what they have done, never with a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from courses.api import me as courses
from courses.models import Lesson

from ...choices import ProgressStatus
from ...models import LessonProgress
from ...services import current_snapshot


class MyCourseSerializer(courses.MyCourseSerializer):
    """A course as learners find it, and whether one is enrolled in it."""

    is_enrolled = serializers.BooleanField(read_only=True)

    class Meta(courses.MyCourseSerializer.Meta):
        fields = (*courses.MyCourseSerializer.Meta.fields, "is_enrolled")
        read_only_fields = fields


class MyWholeCourseSerializer(courses.MyWholeCourseSerializer):
    """The same with the outline of its published lessons."""

    is_enrolled = serializers.BooleanField(read_only=True)

    class Meta(courses.MyWholeCourseSerializer.Meta):
        fields = (*courses.MyWholeCourseSerializer.Meta.fields, "is_enrolled")
        read_only_fields = fields


class MyLessonSerializer(courses.MyLessonSerializer):
    """A lesson, and how far one is with it."""

    status = serializers.ChoiceField(choices=ProgressStatus.choices, read_only=True)

    class Meta(courses.MyLessonSerializer.Meta):
        fields = (*courses.MyLessonSerializer.Meta.fields, "status")
        read_only_fields = fields


class MyWholeLessonSerializer(MyLessonSerializer):
    """The same with its videos, exercises and quizzes."""

    videos = courses.MyVideoSerializer(source="videos_in_order", many=True, read_only=True)
    exercises = courses.MyExerciseSerializer(source="exercises_in_order", many=True, read_only=True)
    quizzes = courses.MyQuizSerializer(source="quizzes_in_order", many=True, read_only=True)

    class Meta(MyLessonSerializer.Meta):
        fields = (*MyLessonSerializer.Meta.fields, "videos", "exercises", "quizzes")
        read_only_fields = fields


class LessonNameSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Enough of a lesson to name it and to go there."""

    id = serializers.IntegerField(source="pk")
    title = serializers.CharField()
    slug = serializers.CharField()
    position = serializers.IntegerField()


class OutlineLessonSerializer(LessonNameSerializer):
    """A lesson in the outline, and how far one is with it."""

    id = serializers.IntegerField(source="lesson.pk")
    title = serializers.CharField(source="lesson.title")
    slug = serializers.CharField(source="lesson.slug")
    position = serializers.IntegerField(source="lesson.position")
    is_required = serializers.BooleanField(source="lesson.is_required")
    estimated_minutes = serializers.IntegerField(source="lesson.estimated_minutes")
    status = serializers.ChoiceField(choices=ProgressStatus.choices)
    is_done = serializers.BooleanField()
    is_available = serializers.BooleanField()
    is_current = serializers.BooleanField()
    videos = serializers.IntegerField()
    exercises = serializers.IntegerField()
    quizzes = serializers.IntegerField()


class OutlineSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A course with all that one has done of it. `resume` is the lesson at which one goes on, null when all is done."""

    course = serializers.IntegerField(source="course.pk")
    completion_percentage = serializers.IntegerField(source="percent", min_value=0, max_value=100)
    lessons_completed = serializers.IntegerField(source="figures.lessons_completed")
    lessons_total = serializers.IntegerField(source="figures.lessons_total")
    exercises_attempted = serializers.IntegerField(source="figures.exercises_attempted")
    average_score = serializers.DecimalField(
        source="figures.average_score", max_digits=5, decimal_places=2, allow_null=True
    )
    minutes_left = serializers.IntegerField()
    last_activity_at = serializers.DateTimeField(allow_null=True)
    resume = LessonNameSerializer(allow_null=True)
    lessons = OutlineLessonSerializer(many=True)


class ResumeSerializer(serializers.Serializer):  # type: ignore[type-arg]
    lesson = LessonNameSerializer(allow_null=True)


@dataclass(frozen=True)
class Step:
    """How far somebody is with a lesson and its course after a step in it, and which lesson is next."""

    lesson: int
    status: str
    completion_percentage: int
    lessons_completed: int
    lessons_total: int
    next_lesson: Lesson | None


class StepSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """What a step changed. `next_lesson` is null when nothing is left to do."""

    lesson = serializers.IntegerField()
    status = serializers.ChoiceField(choices=ProgressStatus.choices)
    completion_percentage = serializers.IntegerField(min_value=0, max_value=100)
    lessons_completed = serializers.IntegerField()
    lessons_total = serializers.IntegerField()
    next_lesson = LessonNameSerializer(allow_null=True)


def step(user: Any, lesson: Lesson, following: Lesson | None) -> Step:
    """Read after the step: what is stored now."""
    snapshot = current_snapshot(user=user, course=lesson.course)
    progress = LessonProgress.objects.filter(user=user, lesson=lesson).first()
    return Step(
        lesson=lesson.pk,
        status=progress.status if progress else ProgressStatus.NOT_STARTED,
        completion_percentage=snapshot.completion_percentage,
        lessons_completed=snapshot.lessons_completed,
        lessons_total=snapshot.lessons_total,
        next_lesson=following,
    )
