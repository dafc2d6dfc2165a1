"""This app's part of `/api/v1/me/`, and what one learns from, where one does something with it."""

from config.base.api.routers import PersonalRouter

from .me import classes, courses, report, talk, work

router = PersonalRouter()
router.register("courses", courses.MyCourseViewSet)
router.register("lessons", courses.MyLessonViewSet)
router.register("videos", courses.MyVideoViewSet)
router.register("exercises", courses.MyExerciseViewSet)
router.register("quizzes", courses.MyQuizViewSet)
router.register("enrollments", work.MyEnrollmentViewSet)
router.register("progress", work.MyProgressViewSet)
router.register("lesson-progress", work.MyLessonProgressViewSet)
router.register("video-progress", work.MyVideoProgressViewSet)
router.register("quiz-attempts", work.MyQuizAttemptViewSet)
router.register("exercise-attempts", work.MyAttemptViewSet)
router.register("grades", work.MyGradeViewSet)
router.register("grading-queue", classes.MyGradingViewSet, "me-grading")
router.register("classes", report.MyClassViewSet, "me-class")
router.register("conversations", talk.MyConversationViewSet)
router.register("messages", talk.MyMessageViewSet)
router.register("reviews", work.MyReviewViewSet)
router.register("students", work.MyStudentViewSet)

urlpatterns = router.urls
