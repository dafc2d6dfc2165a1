"""What is taught: subjects, courses, lessons, exercises, quizzes, tutoring."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("Courses")

    def ready(self) -> None:
        from accounts.home import register

        from . import home, invariants, receivers  # noqa: F401 - receivers subscribe when imported

        invariants.watch()
        register(home.coming_bookings, place=30)
