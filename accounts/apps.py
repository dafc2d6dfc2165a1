"""People, as an installed app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from config.base.api.authentication import require
        from config.base.health import note

        from . import account_receivers, impersonation, invariants, receivers, rights  # noqa: F401 - they connect
        from .second_factor import require_for_api
        from .services.roles import roles_changed_by_hand

        note(roles_changed_by_hand)
        invariants.watch()
        rights.watch()
        require(require_for_api)
        post_migrate.connect(receivers.on_migrated, dispatch_uid="accounts.roles")
