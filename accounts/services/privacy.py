"""Exporting and erasing what is stored of a person, in every app; each app declares it in its `privacy.py`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from config.base import personal
from config.base.audit import audit_context
from config.base.clock import now_ms
from config.base.exceptions import DomainError

from ..models import User, UserActivity
from .access import end_all_access
from .activity import record_activity
from .users import deactivate_user


@transaction.atomic
def export_person(*, user: User) -> dict[str, Any]:
    """All personal data of somebody, ready for JSON: {"person", "exported_at", "data": {app: {model: [row]}}}.

    Without answer keys, secrets and what is other people's. The log says that it was done, and who did it.
    """
    record_activity(verb=UserActivity.Verb.EXPORTED, obj=user)
    return {"person": user.pk, "exported_at": now_ms().isoformat(), "data": personal.export(user.pk)}


@transaction.atomic
def erase_person(*, user: User) -> None:
    """Take out of every table, history and files included, what tells who somebody was. It cannot be undone.

    The row stays under a neutral name, inactive and without rights, and so does what others count on: orders,
    enrolments, ratings, grades. Somebody in the trash can be erased and stays there. Once: a second call changes
    nothing. Raises DomainError `last_superuser` for the last active superuser.
    """
    row = _locked(user)
    if row.is_erased:
        return
    with audit_context(reason="erasure"):
        if row.is_active:
            deactivate_user(user=row)
        end_all_access(user=row)
        row.groups.clear()
        row.user_permissions.clear()
        # Versioned, unlike what follows: who had which rights when stays in the history.
        User.all_objects.filter(pk=row.pk).update(
            is_staff=False, is_superuser=False, password=make_password(None)
        )
        personal.erase(row.pk)
        record_activity(verb=UserActivity.Verb.ERASED, obj=row)
    user.refresh_from_db(from_queryset=User.all_objects.all())


def _locked(user: User) -> User:
    """The person's row, locked: who signs in or writes as them meanwhile waits, and then meets an erased person.

    Superusers are locked together, so that the last two do not erase each other.
    """
    wanted = Q(pk=user.pk)
    if User.all_objects.filter(wanted, is_superuser=True).exists():
        wanted |= Q(is_superuser=True, is_active=True)
    rows = {row.pk: row for row in User.all_objects.filter(wanted).order_by("pk").select_for_update()}
    row = rows.pop(user.pk)
    if row.is_superuser and row.is_active and not any(other.is_superuser for other in rows.values()):
        raise DomainError(
            _("This is the last active superuser. Make somebody else one first."), code="last_superuser"
        )
    return row
