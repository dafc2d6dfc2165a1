"""This app's part of `/api/v1/me/`."""

from config.base.api.routers import PersonalRouter

from . import me

router = PersonalRouter()
router.register("courses", me.MyCourseViewSet)
router.register("lessons", me.MyLessonViewSet)
router.register("videos", me.MyVideoViewSet)
router.register("exercises", me.MyExerciseViewSet)
router.register("quizzes", me.MyQuizViewSet)
router.register("tutoring-sessions", me.MySessionViewSet)
router.register("bookings", me.MyBookingViewSet)

urlpatterns = router.urls
