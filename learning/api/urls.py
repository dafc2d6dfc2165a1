"""The addresses below `/api/v1/learning/`."""

from config.base.api.routers import BaseRouter

from . import views

router = BaseRouter("learning")
router.register("enrollments", views.EnrollmentViewSet)
router.register("reviews", views.ReviewViewSet)
router.register("lesson-progress", views.LessonProgressViewSet)
router.register("video-progress", views.VideoProgressViewSet)
router.register("progress-snapshots", views.ProgressSnapshotViewSet)
router.register("quiz-attempts", views.QuizAttemptViewSet)
router.register("exercise-attempts", views.ExerciseAttemptViewSet)
router.register("grades", views.GradeViewSet)
router.register("conversations", views.ConversationViewSet)
router.register("conversation-participants", views.ConversationParticipantViewSet)
router.register("chat-messages", views.ChatMessageViewSet)

urlpatterns = router.urls
