"""How far a learner is: in one course lesson by lesson, and in all their courses."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from courses.models import Course, Exercise, Lesson, Quiz, Video

from ..choices import ProgressStatus
from ..models import Enrollment, LessonProgress, ProgressSnapshot
from ..values import CourseOutline, CourseProgress, Figures, OutlineLesson
from .figures import counting_attempts, is_done_by, mean_of, scores_of
from .path import Place, resume_at

PASSED = (ProgressStatus.COMPLETED, ProgressStatus.SKIPPED)


def course_outline(*, user: User, course: Course) -> CourseOutline:
    """The course's published lessons in order with what this learner has done; four queries, whatever its size."""
    progress = LessonProgress.objects.filter(user=user, lesson=OuterRef("pk"))
    lessons = list(
        Lesson.objects.filter(course=course)
        .published()
        .in_order()
        .defer("body")
        .annotate(
            progress_status=Coalesce(
                Subquery(progress.values("status")[:1]), Value(ProgressStatus.NOT_STARTED.value)
            ),
            progress_completed_at=Subquery(progress.values("completed_at")[:1]),
            video_count=_number_of(Video),
            exercise_count=_number_of(Exercise),
            quiz_count=_number_of(Quiz),
        )
    )
    status: dict[int, str] = {lesson.pk: lesson.progress_status for lesson in lessons}
    snapshot = ProgressSnapshot.objects.get_user_progress(user, course)
    required = [lesson for lesson in lessons if lesson.is_required]
    undone = [lesson for lesson in required if status[lesson.pk] != ProgressStatus.COMPLETED]
    resume = resume_at(((place_of(each), each) for each in undone), _pointer(snapshot, course.pk))
    requires = _prerequisites(course)
    return CourseOutline(
        course=course,
        lessons=tuple(
            OutlineLesson(
                lesson=each,
                status=status[each.pk],
                completed_at=each.progress_completed_at,
                is_available=status[each.pk] in PASSED
                # What is required and not published is not among them.
                or all(status.get(other, PASSED[0]) in PASSED for other in requires[each.pk]),
                is_current=each is resume,
                videos=each.video_count,
                exercises=each.exercise_count,
                quizzes=each.quiz_count,
            )
            for each in lessons
        ),
        figures=_with_scores(
            len(required) - len(undone), len(required), _scores(user, [course.pk])[course.pk]
        ),
        resume=resume,
        last_activity_at=snapshot.last_activity_at if snapshot else None,
    )


def my_courses(user: User) -> list[CourseProgress]:
    """The courses that this person takes part in, the latest activity first; four queries, however many."""
    enrollments = list(
        Enrollment.objects.current()
        .filter(user=user, course__is_deleted=False)
        .select_related("course__subject", "course__instructor")
    )
    courses = [enrollment.course_id for enrollment in enrollments]
    snapshots = {each.course_id: each for each in ProgressSnapshot.objects.get_all_user_progress(user)}
    lessons: dict[int, list[Any]] = defaultdict(list)
    counting = Lesson.objects.filter(course__any_of=courses).published().required().in_order()
    for lesson in counting.defer("body").annotate(is_done=is_done_by(user.pk)):
        lessons[lesson.course_id].append(lesson)
    scores = _scores(user, courses)
    found = []
    for enrollment in enrollments:
        course = enrollment.course_id
        snapshot = snapshots.get(course)
        undone = [lesson for lesson in lessons[course] if not lesson.is_done]
        found.append(
            CourseProgress(
                enrollment=enrollment,
                figures=_with_scores(
                    len(lessons[course]) - len(undone), len(lessons[course]), scores[course]
                ),
                resume=resume_at(((place_of(each), each) for each in undone), _pointer(snapshot, course)),
                last_activity_at=snapshot.last_activity_at if snapshot else None,
            )
        )
    return sorted(found, key=lambda each: each.last_activity_at or each.enrollment.enrolled_at, reverse=True)


def place_of(lesson: Lesson) -> Place:
    return lesson.position, lesson.pk


def _number_of(model: Any) -> Coalesce:
    """How many alive rows of this part the lesson has; of its own, because joins would multiply each other."""
    rows = model.objects.filter(lesson=OuterRef("pk")).order_by().values("lesson")
    number = rows.annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def _pointer(snapshot: ProgressSnapshot | None, course: int) -> Place | None:
    lesson = snapshot.current_lesson if snapshot else None
    return place_of(lesson) if lesson is not None and lesson.course_id == course else None


def _prerequisites(course: Course) -> dict[int, list[int]]:
    """{lesson: the lessons that it requires}."""
    links: Any = Lesson.prerequisites.through
    rows = links.objects.filter(from_lesson__course=course).values_list("from_lesson", "to_lesson")
    found: dict[int, list[int]] = defaultdict(list)
    for lesson, required in rows:
        found[lesson].append(required)
    return found


def _scores(user: User, courses: list[int]) -> dict[int, list[tuple[Any, ...]]]:
    """{course: groups (points in all, sum of the scores, number of scores, number of attempts)}."""
    attempts = counting_attempts().filter(user=user, exercise__lesson__course__any_of=courses)
    column = "exercise__lesson__course"
    rows = scores_of(attempts, column).values_list(column, "max_points", "points", "graded", "attempted")
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for course, *group in rows:
        found[course].append(tuple(group))
    return found


def _with_scores(done: int, total: int, groups: list[tuple[Any, ...]]) -> Figures:
    return Figures(
        lessons_completed=done,
        lessons_total=total,
        exercises_attempted=sum(attempted for *_score, attempted in groups),
        average_score=mean_of(group[:3] for group in groups),
    )
