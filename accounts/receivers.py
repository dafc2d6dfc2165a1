"""What this app does when people sign in and out, and when the tables have been migrated."""

from __future__ import annotations

import logging
from typing import Any

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import PermissionDenied
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from knox.models import AuthToken

from config.base.parents import alive_keys

from .impersonation import ACTING
from .last_seen import begin_seeing
from .lockout import is_switching
from .models import User, UserActivity
from .services.access import forget_session, remember_session
from .services.activity import record_activity
from .services.roles import can_synchronise, synchronise_roles
from .session_age import begin_session
from .sign_in import person_named

logger = logging.getLogger(__name__)


def request_id_of(request: HttpRequest | None) -> str:
    """The number that a proxy gave the request, or nothing."""
    return request.headers.get("X-Request-ID", "") if request is not None else ""


@receiver(user_logged_in, dispatch_uid="accounts.signed_in")
def on_signed_in(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """List the session; the row of the person itself gets neither a version nor a record.

    Not where somebody begins or ends to act as another: that is no sign-in of anybody's.
    """
    if request is not None and is_switching(request):
        return
    if request is not None:
        begin_session(request, user)
        remember_session(request=request, user=user)
        begin_seeing(request, user)
    record_activity(verb=UserActivity.Verb.SIGNED_IN, user=user, obj=user, request_id=request_id_of(request))


@receiver(user_logged_out, dispatch_uid="accounts.signed_out")
def on_signed_out(sender: Any, request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    if user is None:
        return
    session = getattr(request, "session", None)
    if session is not None:
        forget_session(session_key=session.session_key)
        for number in session.get(ACTING, ())[-1:]:  # it is who acted that leaves
            actor = User.all_objects.get(pk=number)
            record_activity(verb=UserActivity.Verb.IMPERSONATION_ENDED, user=actor, obj=user)
            user = actor
    record_activity(verb=UserActivity.Verb.SIGNED_OUT, user=user, obj=user, request_id=request_id_of(request))


@receiver(user_login_failed, dispatch_uid="accounts.sign_in_failed")
def on_sign_in_failed(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Whom the stranger claimed to be is kept where it is somebody: anything else may be a password typed into the
    wrong box."""
    identifier = str(credentials.get("username") or credentials.get("email") or "")
    record_activity(
        verb=UserActivity.Verb.SIGN_IN_FAILED,
        obj=person_named(identifier) if identifier else None,
        request_id=request_id_of(request),
        detail="locked out" if getattr(request, "lockout_tries", 0) > settings.AXES_FAILURE_LIMIT else "",
    )


@receiver(pre_save, sender=AuthToken, dispatch_uid="accounts.token_of_the_erased")
@receiver(pre_save, sender=UserSession, dispatch_uid="accounts.session_of_the_erased")
def refuse_ways_in_of_the_erased(sender: Any, instance: Any, using: str, **kwargs: Any) -> None:
    """A sign-in that began before its person was erased waits for the erasure, and then leads nowhere."""
    alive_keys(User, [instance.user_id], using=using)  # waits for whoever holds the person's row
    person = (
        User.all_objects.using(using).filter(pk=instance.user_id).only("username", "email", "version").first()
    )
    if person is not None and person.is_erased:
        raise PermissionDenied


def on_migrated(app_config: Any, using: str, verbosity: int = 1, **kwargs: Any) -> None:
    """Synchronise the roles, after the last app: by then every app's permissions exist."""
    last = [config.name for config in apps.get_app_configs() if config.models_module is not None][-1]
    if app_config.name != last or not can_synchronise(using=using):
        return
    for changed in synchronise_roles(using=using).changed_by_hand:
        logger.warning("A role was changed by hand and is kept: %s", changed)
