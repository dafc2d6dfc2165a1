"""E-mail domains that nobody may register with."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager

from ..fields import DomainField, NameField
from ..querysets import BlockedEmailDomainQuerySet


class BlockedEmailDomain(BaseModel):
    """A domain, with all that lies under it, refused at registration. Stored in its ASCII form."""

    domain = DomainField(
        _("domain"), max_length=253, help_text=_("Such as example.org; blocks mail.example.org too.")
    )
    reason = NameField(_("reason"), max_length=255, blank=True)

    objects = AliveManager.from_queryset(BlockedEmailDomainQuerySet)()
    all_objects = AllManager.from_queryset(BlockedEmailDomainQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("blocked e-mail domain")
        verbose_name_plural = _("blocked e-mail domains")
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "domain", name="%(app_label)s_%(class)s_domain", message=_("This domain is blocked already.")
            ),
            models.CheckConstraint(
                condition=~models.Q(domain=""),
                name="%(app_label)s_%(class)s_not_empty",
                violation_error_message=_("Give a domain name such as example.org."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return self.domain

    def natural_key(self) -> tuple[str]:
        return (self.domain,)
