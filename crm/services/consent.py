"""What a customer says about being contacted: always an event, so that there is a proof of it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from config.base.exceptions import DomainError
from config.base.querysets import now_ms

from ..choices import Channel, ContactKind
from ..models import ContactEvent, Customer

#: The finest step of the database's clock that the kernel keeps.
TICK = timedelta(milliseconds=1)


@transaction.atomic
def opt_out_customer(*, customer: Customer, channel: str = Channel.EMAIL) -> Customer:
    """Record that the customer wants to hear no more of us, said by this channel. Twice is once.

    Raises DomainError `deleted` when the customer is in the trash.
    """
    return _record(customer, ContactKind.OPT_OUT, channel)


@transaction.atomic
def opt_in_customer(*, customer: Customer, channel: str = Channel.EMAIL) -> Customer:
    """Record that the customer agrees to be contacted, said by this channel. Twice is once.

    This is the only way out of « opted out », and of « messages bounce » too: who writes to us can be reached. Raises
    DomainError `deleted` when the customer is in the trash.
    """
    return _record(customer, ContactKind.OPT_IN, channel)


def _record(customer: Customer, kind: str, channel: str) -> Customer:
    """The event, later than whatever is known of this customer's consent; the guard on events sets the flags."""
    stored = Customer.all_objects.select_for_update(no_key=True).get(pk=customer.pk)
    if stored.is_deleted:
        raise DomainError(_("This customer is in the trash. Restore it first."), code="deleted")
    events = ContactEvent.objects.filter(customer=stored.pk)
    last = events.consents().order_by("-occurred_at", "-id").values_list("kind", flat=True).first()
    suppressed = stored.is_opted_out or (kind == ContactKind.OPT_IN and stored.is_bounced)
    if last != kind or suppressed != (kind == ContactKind.OPT_OUT):
        known = events.aggregate(newest=Max("occurred_at"))["newest"]
        moment = now_ms() if known is None else max(now_ms(), known + TICK)
        ContactEvent.objects.create(customer=stored, kind=kind, channel=channel, occurred_at=moment)
    customer.refresh_from_db()
    return customer
