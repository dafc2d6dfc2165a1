"""What learners do: enrolments, attempts, grades, progress, reviews, conversations."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearningConfig(AppConfig):
    name = "learning"
    verbose_name = _("Learning")

    def ready(self) -> None:
        from accounts.home import register

        from . import home, invariants, staleness
        from .benchmarks import progress  # noqa: F401 - importing registers it

        invariants.watch()
        staleness.watch()
        register(home.unread_messages, place=10)
        register(home.courses_of, place=20)
