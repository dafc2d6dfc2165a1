"""What must stay true between a person and what libraries keep of them, whichever path wrote."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress

from config.base.guards import guard

from .models import User
from .services.access import end_access_of


def keep_email_addresses(keys: list[Any], using: str) -> None:
    """The address that django-allauth confirms, resets and notifies by is the person's own; the dead have none.

    (But one that was never confirmed stays, unconfirmed, for the day on which its person is restored.)

    An address that staff, a fixture or a command gave counts as confirmed: they vouch for it. One that somebody gave
    at the site themselves is confirmed by its link; `services.register` says so.
    """
    addresses = EmailAddress.objects.using(using)
    people = User.all_objects.using(using).filter(pk__any_of=keys).values_list("pk", "email", "is_deleted")
    wanted = {key: email.lower() for key, email, is_deleted in people if email and not is_deleted}
    kept = set()
    stale = []
    for address in addresses.filter(user__any_of=keys):
        if address.primary and wanted.get(address.user_id) == address.email.lower():
            kept.add(address.user_id)
        elif address.user_id in wanted or address.verified:
            stale.append(address.pk)
    if stale:
        addresses.filter(pk__any_of=stale).delete()
    addresses.bulk_create(
        EmailAddress(user_id=key, email=email, verified=True, primary=True)
        for key, email in wanted.items()
        if key not in kept
    )


def end_access_of_the_inactive(keys: list[Any], using: str) -> None:
    """Whoever is deactivated or in the trash has no session and no token, whichever path took them there."""
    people = User.all_objects.using(using).filter(pk__any_of=keys, is_active=False)
    inactive = list(people.order_by().values_list("pk", flat=True))
    if inactive:
        end_access_of(inactive, using=using)


def watch() -> None:
    """Called once when the app is ready."""
    guard(User, keep_email_addresses)
    guard(User, end_access_of_the_inactive)
