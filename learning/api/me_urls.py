"""This app's part of `/api/v1/me/`."""

from config.base.api.routers import PersonalRouter

from .me import talk, work

router = PersonalRouter()
router.register("enrollments", work.MyEnrollmentViewSet)
router.register("progress", work.MyProgressViewSet)
router.register("lesson-progress", work.MyLessonProgressViewSet)
router.register("video-progress", work.MyVideoProgressViewSet)
router.register("quiz-attempts", work.MyQuizAttemptViewSet)
router.register("exercise-attempts", work.MyAttemptViewSet)
router.register("grades", work.MyGradeViewSet)
router.register("conversations", talk.MyConversationViewSet)
router.register("messages", talk.MyMessageViewSet)
router.register("reviews", work.MyReviewViewSet)
router.register("students", work.MyStudentViewSet)

urlpatterns = router.urls
