"""A small school, for tests of whose work is whose."""

from __future__ import annotations

from types import SimpleNamespace

from accounts.tests.factories import (
    GuardianshipFactory,
    StudentProfileFactory,
    TeacherFactory,
    UserFactory,
)
from courses.tests.factories import (
    CourseFactory,
    ExerciseFactory,
    LessonFactory,
    QuizFactory,
    VideoFactory,
)

from . import factories as make


def work_of(user, course):
    """Everything that somebody can have done in a course, by path."""
    lesson = LessonFactory(course=course, is_published=True)
    attempt = make.ExerciseAttemptFactory(user=user, exercise=ExerciseFactory(lesson=lesson))
    return {
        "enrollments": make.EnrollmentFactory(user=user, course=course),
        "progress": make.ProgressSnapshotFactory(user=user, course=course),
        "lesson-progress": make.LessonProgressFactory(user=user, lesson=lesson),
        "video-progress": make.VideoProgressFactory(user=user, video=VideoFactory(lesson=lesson)),
        "quiz-attempts": make.QuizAttemptFactory(user=user, quiz=QuizFactory(lesson=lesson)),
        "exercise-attempts": attempt,
        "grades": make.GradeFactory(attempt=attempt),
    }


def make_school():
    """A learner in a teacher's course, with parents; somebody else in another's."""
    teacher, child = TeacherFactory(username="teacher"), StudentProfileFactory()
    course, elsewhere = CourseFactory(instructor=teacher), CourseFactory(instructor=TeacherFactory())
    people = {
        "learner": child.user,
        "parent": GuardianshipFactory(student=child).parent.user,
        "second parent": GuardianshipFactory(student=child).parent.user,
        "teacher": teacher,
        "parent who may only book": GuardianshipFactory(
            student=child, can_view_progress=False, can_book=True
        ).parent.user,
        "other learner": UserFactory(),
        "other parent": GuardianshipFactory().parent.user,
        "other teacher": TeacherFactory(),
    }
    return SimpleNamespace(
        people=people,
        teacher=teacher,
        child=child,
        course=course,
        elsewhere=elsewhere,
        mine=work_of(child.user, course),
        theirs=work_of(people["other learner"], elsewhere),
    )
