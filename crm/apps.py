"""Whom to contact about what, and why: products, customers, orders, profiles, recommendations, outcomes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CRMConfig(AppConfig):
    name = "crm"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from . import demo, invariants  # noqa: F401 - the demo's steps register when imported
        from .benchmarks import crm  # noqa: F401 - importing registers it

        invariants.watch()
