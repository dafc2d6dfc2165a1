"""Whom to contact about what, and why: products, customers, orders, profiles, recommendations, outcomes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CRMConfig(AppConfig):
    name = "crm"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from . import invariants

        invariants.watch()
