"""What learners do: enrolments, attempts, grades, progress, reviews, conversations."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearningConfig(AppConfig):
    name = "learning"
    verbose_name = _("Learning")

    def ready(self) -> None:
        from . import invariants, staleness
        from .benchmarks import progress  # noqa: F401 - importing registers it

        invariants.watch()
        staleness.watch()
