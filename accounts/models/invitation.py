"""Somebody is asked by e-mail to come in, in a role."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from config.base.clock import now_ms
from config.base.constraints import NamedIndex, UniqueEver, alive_unique
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager

from ..fields import EmailAddressField, NameField
from ..querysets import InvitationQuerySet
from .role import Role
from .user import Locale, default_locale


class InvitationStatus(models.TextChoices):
    PENDING = "PENDING", _("Pending")
    ACCEPTED = "ACCEPTED", _("Accepted")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    EXPIRED = "EXPIRED", _("Expired")


def default_expiry() -> datetime:
    """INVITATION_DAYS from now."""
    return now_ms() + timedelta(days=settings.INVITATION_DAYS)


class Invitation(BaseModel):
    """One person, by e-mail, into one role. Good until it is accepted, withdrawn or expired.

    The e-mailed link is signed over the reference and the expiry, so nothing secret is stored and sending an
    invitation again, which renews it, makes the older link worthless.
    """

    Status = InvitationStatus

    reference = models.UUIDField(_("reference"), default=uuid.uuid4, editable=False)
    email = EmailAddressField(_("e-mail"), max_length=255)
    full_name = NameField(_("full name"), max_length=150, blank=True)
    role = models.ForeignKey(Role, models.PROTECT, related_name="invitations", verbose_name=_("role"))
    locale = models.CharField(_("language"), max_length=5, choices=Locale, default=default_locale)
    expires_at = models.DateTimeField(_("expires"), default=default_expiry)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="accepted_invitations",
        verbose_name=_("accepted by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)

    objects = AliveManager.from_queryset(InvitationQuerySet)()
    all_objects = AllManager.from_queryset(InvitationQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                Lower("email"),
                name="%(app_label)s_%(class)s_open",
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                message=_("This address has an open invitation already: send it again, or withdraw it."),
            ),
            UniqueEver(
                fields=["reference"],
                name="%(app_label)s_%(class)s_reference",
                violation_error_message=_("There is such an invitation already."),
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="%(app_label)s_%(class)s_one_end",
                violation_error_message=_("An invitation is accepted or withdrawn, not both."),
            ),
            models.CheckConstraint(
                condition=Q(locale__in=Locale.values),
                name="%(app_label)s_%(class)s_locale",
                violation_error_message=_("Choose one of the languages offered."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
            NamedIndex(fields=["expires_at"], name="%(app_label)s_%(class)s_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.email} → {self.role}"

    @property
    def status(self) -> InvitationStatus:
        """What has become of it, as of now."""
        if self.accepted_at is not None:
            return InvitationStatus.ACCEPTED
        if self.withdrawn_at is not None:
            return InvitationStatus.WITHDRAWN
        return InvitationStatus.PENDING if self.expires_at > now_ms() else InvitationStatus.EXPIRED

    def natural_key(self) -> tuple[str]:
        return (str(self.reference),)
