"""People, as an installed app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import invariants, receivers

        invariants.watch()
        post_migrate.connect(receivers.on_migrated, dispatch_uid="accounts.roles")
