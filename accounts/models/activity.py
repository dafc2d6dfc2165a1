"""What people did, as a log that is only added to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager, now_ms

from ..querysets import OwnedQuerySet


class UserActivityQuerySet(OwnedQuerySet):
    def about(self, obj: models.Model) -> UserActivityQuerySet:
        """What was done to this object."""
        return self.filter(object_type=obj._meta.label_lower, object_id=obj.pk)


class UserActivity(BaseModel):
    """Somebody did something to something at some time.

    Who did it is `user`; the object is kept by type and number without a constraint, so that the log outlives it.
    Nothing here names a person but by number. Only retention removes rows, by `purge`.
    """

    append_only = True

    class Verb(models.TextChoices):
        REGISTERED = "REGISTERED", _("registered")
        ACTIVATED = "ACTIVATED", _("activated")
        DEACTIVATED = "DEACTIVATED", _("deactivated")
        SIGNED_IN = "SIGNED_IN", _("signed in")
        SIGNED_OUT = "SIGNED_OUT", _("signed out")
        SIGN_IN_FAILED = "SIGN_IN_FAILED", _("failed to sign in")
        LOCKED_OUT = "LOCKED_OUT", _("was locked out")
        UNLOCKED = "UNLOCKED", _("unlocked")
        SESSION_ENDED = "SESSION_ENDED", _("ended a session")
        TOKEN_CREATED = "TOKEN_CREATED", _("created a token")
        TOKEN_REVOKED = "TOKEN_REVOKED", _("revoked a token")
        EMAIL_CONFIRMED = "EMAIL_CONFIRMED", _("confirmed an e-mail address")
        EMAIL_CHANGED = "EMAIL_CHANGED", _("changed the e-mail address")
        PASSWORD_CHANGED = "PASSWORD_CHANGED", _("changed the password")
        RESET_REQUESTED = "RESET_REQUESTED", _("asked for a new password")
        PASSWORD_RESET = "PASSWORD_RESET", _("set a new password by e-mail")
        FACTOR_ADDED = "FACTOR_ADDED", _("added a second factor")
        FACTOR_REMOVED = "FACTOR_REMOVED", _("removed a second factor")
        RIGHTS_CHANGED = "RIGHTS_CHANGED", _("changed the rights")
        INVITED = "INVITED", _("invited")
        INVITATION_WITHDRAWN = "INVITATION_WITHDRAWN", _("withdrew an invitation")
        INVITATION_ACCEPTED = "INVITATION_ACCEPTED", _("accepted an invitation")
        IMPERSONATION_STARTED = "IMPERSONATION_STARTED", _("began to act as")
        IMPERSONATION_ENDED = "IMPERSONATION_ENDED", _("stopped acting as")
        EXPORTED = "EXPORTED", _("exported personal data")
        ERASED = "ERASED", _("erased personal data")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="activities",
        verbose_name=_("user"),
    )
    verb = models.CharField(_("did"), max_length=30, choices=Verb)
    object_type = models.CharField(_("kind of object"), max_length=100, blank=True)
    object_id = models.BigIntegerField(_("number of the object"), null=True, blank=True)
    occurred_at = models.DateTimeField(_("when"), default=now_ms)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    #: Such as "+teacher" for rights; never personal data, because an erasure leaves it.
    detail = models.CharField(_("details"), max_length=200, blank=True, db_default="")

    objects = AliveManager.from_queryset(UserActivityQuerySet)()
    all_objects = AllManager.from_queryset(UserActivityQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [
            *BaseModel.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(object_type="", object_id__isnull=True)
                | (~models.Q(object_type="") & models.Q(object_id__isnull=False)),
                name="%(app_label)s_%(class)s_object",
                violation_error_message=_("An object has a kind and a number, or neither."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["-occurred_at"], name="%(app_label)s_%(class)s_newest"),
            NamedIndex(fields=["verb", "-occurred_at"], name="%(app_label)s_%(class)s_by_verb"),
            NamedIndex(fields=["object_type", "object_id"], name="%(app_label)s_%(class)s_about"),
        ]

    def __str__(self) -> str:
        return f"{self.user or '–'} {self.get_verb_display()}"
