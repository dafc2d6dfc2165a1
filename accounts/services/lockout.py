"""How many wrong tries somebody has had: passwords by person and address, codes of a second factor by person.

The rows are django-axes' own. A try is counted before the password is looked at, under a lock, and given back when it
was right: parallel requests never have more tries than one after the other would.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ..models import User, UserActivity
from .activity import record_activity

PASSWORDS, CODES = "user", "factor"
#: Stands for the address where none counts (codes are counted wherever they come from) or none is known: a NULL would
#: escape the table's unique key.
ANYWHERE = "::"


def counted_name(kind: str, user: User) -> str:
    """What the tries of this person are counted under; `kind` is PASSWORDS or CODES."""
    return f"{kind}:{user.pk}"


def take_try(*, name: str, address: str) -> tuple[int, datetime]:
    """Count one try; how many that makes (more than AXES_FAILURE_LIMIT: refused, and not counted), and until when.

    Nothing that was sent is stored: neither what was typed nor the program that sent it.
    """
    with transaction.atomic():
        now = timezone.now()
        row, created = AccessAttempt.objects.select_for_update().get_or_create(
            username=name,
            ip_address=address,
            user_agent="",
            defaults={"get_data": "", "post_data": "", "http_accept": "", "path_info": ""}
            | {"failures_since_start": 1},
        )
        if created:
            return 1, now + settings.AXES_COOLOFF_TIME
        if row.attempt_time <= now - settings.AXES_COOLOFF_TIME:
            row.failures_since_start = 0
        if row.failures_since_start >= settings.AXES_FAILURE_LIMIT:
            return settings.AXES_FAILURE_LIMIT + 1, row.attempt_time + settings.AXES_COOLOFF_TIME
        row.failures_since_start += 1
        row.attempt_time = now
        row.save(update_fields=["failures_since_start", "attempt_time"])
        return row.failures_since_start, now + settings.AXES_COOLOFF_TIME


def give_back_try(*, name: str, address: str) -> None:
    """The try was right: it does not count. Earlier wrong ones still do, until somebody is signed in."""
    tries = AccessAttempt.objects.filter(username=name, ip_address=address)
    tries.filter(failures_since_start__gt=0).update(failures_since_start=F("failures_since_start") - 1)


def forget_tries(*, name: str) -> None:
    """The right code ends the counting of wrong ones."""
    AccessAttempt.objects.filter(username=name).delete()


def is_locked(attempt: AccessAttempt) -> bool:
    """Is this person shut out at this address now?"""
    recent = attempt.attempt_time > timezone.now() - settings.AXES_COOLOFF_TIME
    return recent and attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT


def person_counted(attempt: AccessAttempt) -> int | None:
    """The number of the person whose tries these are; None where the name is nobody's."""
    kind, _, number = (attempt.username or "").partition(":")
    return int(number) if kind in (PASSWORDS, CODES) and number.isdigit() else None


@transaction.atomic
def unlock(*, attempt: AccessAttempt) -> None:
    """Staff let somebody try again at once."""
    _forgive(AccessAttempt.objects.filter(pk=attempt.pk))


@transaction.atomic
def unlock_passwords(*, user: User) -> None:
    """Somebody who has a new password by e-mail has proved themselves; codes go on being counted."""
    _forgive(AccessAttempt.objects.filter(username=counted_name(PASSWORDS, user)))


def _forgive(attempts: Any) -> None:
    for attempt in attempts:
        if is_locked(attempt):
            number = person_counted(attempt)
            person = User.all_objects.filter(pk=number).first() if number is not None else None
            record_activity(verb=UserActivity.Verb.UNLOCKED, obj=person)
    attempts.delete()
