"""The addresses below /api/v1/courses/."""

from config.base.api.routers import BaseRouter

from . import views

router = BaseRouter("courses")
router.register("subjects", views.SubjectViewSet)
router.register("courses", views.CourseViewSet)
router.register("lessons", views.LessonViewSet)
router.register("videos", views.VideoViewSet)
router.register("exercises", views.ExerciseViewSet)
router.register("quizzes", views.QuizViewSet)
router.register("quiz-items", views.QuizItemViewSet)
router.register("formulas", views.FormulaViewSet)
router.register("tutoring-sessions", views.TutoringSessionViewSet)
router.register("bookings", views.BookingViewSet)

urlpatterns = router.urls
