"""Contacts with customers: what was sent, what came back, what they said about being contacted."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.deletion import KEEP
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager, now_ms
from config.base.rules import one_of

from ..choices import Channel, ContactKind
from ..fields import LineField, not_empty
from ..querysets import ContactEventQuerySet


def new_event_key() -> str:
    """A key that no other event has."""
    return uuid.uuid4().hex


class ContactEvent(BaseModel):
    """Something passed between us and a customer. BOUNCED, OPT_OUT and OPT_IN also set the customer's flags.

    `event_key` makes an event the same when it is told twice: an importer gives the hash of the row's content, another
    system may give a key of its own, and any other event gets a random one. The content itself is not unique: one
    mailing reaches two customers who turn out to be one, and a merge moves both events.

    Contacts are facts and proofs of consent: a customer who is deleted leaves them behind (KEEP).
    """

    Channel = Channel
    Kind = ContactKind

    event_key = models.CharField(_("key"), max_length=64, default=new_event_key)
    customer = models.ForeignKey(
        "crm.Customer", KEEP, related_name="contact_events", db_index=False, verbose_name=_("customer")
    )
    channel = models.CharField(_("channel"), max_length=9, choices=Channel.choices)
    kind = models.CharField(_("what happened"), max_length=7, choices=Kind.choices)
    occurred_at = models.DateTimeField(_("when"), default=now_ms)
    campaign = LineField(_("campaign"), max_length=100, blank=True, default="")
    run = models.ForeignKey(
        "crm.RecoRun",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contact_events",
        db_index=False,
        editable=False,
        verbose_name=_("run"),
        help_text=_("The recommendations that the contact was about."),
    )
    batch = models.ForeignKey(
        "crm.ImportBatch",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contact_events",
        db_index=False,
        editable=False,
        verbose_name=_("import"),
    )

    objects = AliveManager.from_queryset(ContactEventQuerySet)()
    all_objects = AllManager.from_queryset(ContactEventQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["-occurred_at", "-id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "event_key",
                name="%(app_label)s_%(class)s_key",
                message=_("This contact has been recorded already."),
            ),
            not_empty("event_key", message=_("A contact has a key.")),
            one_of("channel", Channel),
            one_of("kind", ContactKind),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            # the contacts with a customer, the newest first
            NamedIndex(fields=["customer", "-occurred_at"], name="%(app_label)s_%(class)s_by_customer"),
            # a customer's newest consent and bounce: the flags; the newest contact made: the silence window
            NamedIndex(
                fields=["customer", "kind", "-occurred_at"], name="%(app_label)s_%(class)s_by_consent"
            ),
            # the newest contacts first; contacts of a range of dates
            NamedIndex(fields=["-occurred_at", "-id"], name="%(app_label)s_%(class)s_by_date"),
            # everything of a kind, such as bounces, the newest first
            NamedIndex(fields=["kind", "-occurred_at"], name="%(app_label)s_%(class)s_by_kind"),
            # everything by a channel, the newest first
            NamedIndex(fields=["channel", "-occurred_at"], name="%(app_label)s_%(class)s_by_channel"),
            # what came of a campaign
            NamedIndex(fields=["campaign", "kind"], name="%(app_label)s_%(class)s_by_campaign"),
            # whom a run's recommendations were put to: outcomes
            NamedIndex(fields=["run", "customer"], name="%(app_label)s_%(class)s_by_run"),
            # what an import brought: undoing it
            NamedIndex(fields=["batch"], name="%(app_label)s_%(class)s_by_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {localtime(self.occurred_at):%Y-%m-%d %H:%M}"

    def natural_key(self) -> tuple[str]:
        return (self.event_key,)

    natural_key.dependencies = ["crm.customer", "crm.recorun", "crm.importbatch"]  # type: ignore[attr-defined]
