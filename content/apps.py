"""Documents made of bricks: bricks and their versions, templates, requests, what was generated."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContentConfig(AppConfig):
    name = "content"
    verbose_name = _("Content")

    def ready(self) -> None:
        from accounts.home import register

        from . import demo, home, invariants  # noqa: F401 - the demo's step registers when imported
        from .benchmarks import content  # noqa: F401 - importing registers it

        invariants.watch()
        register(home.latest_documents, place=25)
