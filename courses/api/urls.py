"""The addresses below /api/v1/courses/."""

from config.base.api.routers import BaseRouter

from . import bookings, views

router = BaseRouter("courses")
router.register("subjects", views.SubjectViewSet)
router.register("courses", views.CourseViewSet)
router.register("lessons", views.LessonViewSet)
router.register("videos", views.VideoViewSet)
router.register("exercises", views.ExerciseViewSet)
router.register("quizzes", views.QuizViewSet)
router.register("quiz-items", views.QuizItemViewSet)
router.register("formulas", views.FormulaViewSet)
router.register("tutoring-sessions", bookings.TutoringSessionViewSet)
router.register("bookings", bookings.BookingViewSet)
router.register("formula-purchases", bookings.FormulaPurchaseViewSet)
router.register("calendar-feeds", bookings.CalendarFeedViewSet)

urlpatterns = router.urls
