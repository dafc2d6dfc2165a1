"""This app's part of `/api/v1/me/`."""

from config.base.api.routers import PersonalRouter

from . import me

router = PersonalRouter()
router.register("enrollments", me.MyEnrollmentViewSet)
router.register("progress", me.MyProgressViewSet)
router.register("lesson-progress", me.MyLessonProgressViewSet)
router.register("video-progress", me.MyVideoProgressViewSet)
router.register("quiz-attempts", me.MyQuizAttemptViewSet)
router.register("exercise-attempts", me.MyAttemptViewSet)
router.register("grades", me.MyGradeViewSet)
router.register("conversations", me.MyConversationViewSet)
router.register("messages", me.MyMessageViewSet)
router.register("reviews", me.MyReviewViewSet)
router.register("students", me.MyStudentViewSet)

urlpatterns = router.urls
