"""The address at which a person's calendar program reads their sessions: made, renewed, ended, recognised."""

from __future__ import annotations

import uuid
from typing import Any

from django.core import signing
from django.db import transaction

from accounts.models import User

from ..models import CalendarFeed

SALT = "courses.calendar"


@transaction.atomic
def open_feed(*, user: Any) -> CalendarFeed:
    """The person's feed, made where there is none. Twice is once."""
    _lock(user)
    return CalendarFeed.objects.filter(user=user).first() or CalendarFeed.objects.create(user=user)


@transaction.atomic
def rotate_feed(*, user: Any) -> CalendarFeed:
    """Give the person's feed a new address: nothing answers at the old one from now on. Made where there is none."""
    feed = open_feed(user=user)
    feed.reference = uuid.uuid4()
    feed.save(update_fields=["reference"])
    return feed


@transaction.atomic
def revoke_feed(*, user: Any) -> None:
    """End the person's feed: nothing answers at its address any more. Twice is once."""
    _lock(user)
    for feed in CalendarFeed.objects.filter(user=user):
        feed.delete()


def feed_token(feed: CalendarFeed) -> str:
    """What the address carries: the reference with HMAC-SHA-256 over it, under the site's secret key."""
    return _signer().sign(feed.reference.hex)


def feed_for(token: str) -> CalendarFeed | None:
    """The feed of this address; None for one that nobody signed, that was replaced or ended, or of who is gone."""
    try:
        reference = uuid.UUID(hex=_signer().unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    feeds = CalendarFeed.objects.filter(reference=reference, user__is_active=True, user__is_deleted=False)
    return feeds.select_related("user").first()


def _signer() -> signing.Signer:
    return signing.Signer(salt=SALT, sep=".")


def _lock(user: Any) -> None:
    """What becomes of a person's feed happens one after the other."""
    User.all_objects.filter(pk=user.pk).select_for_update(no_key=True).values_list("pk").first()
