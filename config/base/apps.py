"""The kernel as an installed app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BaseConfig(AppConfig):
    name = "config.base"
    label = "base"
    verbose_name = _("Kernel")

    def ready(self) -> None:
        from . import checks, constraints_vendor, links, lookups, search  # noqa: F401 - importing registers them

        constraints_vendor.guard_overlaps()
