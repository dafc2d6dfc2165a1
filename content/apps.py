"""Documents made of bricks: bricks and their versions, templates, requests, what was generated."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContentConfig(AppConfig):
    name = "content"
    verbose_name = _("Content")

    def ready(self) -> None:
        from . import invariants

        invariants.watch()
