"""What this app notes when django-allauth and django-axes say that somebody changed how they sign in."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.usersessions.models import UserSession
from axes.signals import user_locked_out
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from knox.models import AuthToken

from .models import User, UserActivity
from .receivers import request_id_of
from .second_factor import SHOWN, WANTED, has_factor
from .services.access import end_sessions
from .services.activity import record_activity
from .services.lockout import CODES

Verb = UserActivity.Verb


@receiver(user_locked_out, dispatch_uid="accounts.locked_out")
def on_locked_out(sender: Any, request: HttpRequest, username: str, **kwargs: Any) -> None:
    """`username` is what the tries are counted under, such as "user:17"; see `services.lockout`."""
    kind, _colon, number = username.partition(":")
    person = User.objects.filter(pk=int(number)).first() if number.isdigit() else None
    detail = "second factor" if kind == CODES else ""
    record_activity(verb=Verb.LOCKED_OUT, obj=person, request_id=request_id_of(request), detail=detail)


@receiver(mfa.authentication_failed, dispatch_uid="accounts.code_failed")
def on_code_failed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    record_activity(
        verb=Verb.SIGN_IN_FAILED, obj=user, request_id=request_id_of(request), detail="second factor"
    )


@receiver([account.password_changed, account.password_set], dispatch_uid="accounts.password_changed")
def on_password_changed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """The session goes on under a new key: the old one is listed no more. (The service has noted the change.)"""
    UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key).delete()


@receiver(account.email_confirmed, dispatch_uid="accounts.email_confirmed")
def on_email_confirmed(sender: Any, request: HttpRequest, email_address: Any, **kwargs: Any) -> None:
    user = email_address.user
    record_activity(verb=Verb.EMAIL_CONFIRMED, user=user, obj=user, request_id=request_id_of(request))


@receiver(account.email_changed, dispatch_uid="accounts.email_changed")
def on_email_changed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    record_activity(verb=Verb.EMAIL_CHANGED, user=user, obj=user, request_id=request_id_of(request))


@receiver(mfa.authenticator_used, dispatch_uid="accounts.factor_used")
def on_factor_used(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Remembered in the session, so that no request needs to look."""
    request.session[SHOWN] = user.pk


@receiver([mfa.authenticator_added, mfa.authenticator_reset], dispatch_uid="accounts.factor_added")
def on_factor_added(sender: Any, request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    """Whoever set it up has it at hand. Staff on their way to the back office are shown the way on."""
    record_activity(
        verb=Verb.FACTOR_ADDED,
        user=user,
        obj=user,
        request_id=request_id_of(request),
        detail=authenticator.type,
    )
    if authenticator.type == authenticator.Type.RECOVERY_CODES or request.user.pk != user.pk:
        return
    # What was opened with the password alone, here or elsewhere, ends: its holder may know no more than that.
    end_sessions(user=user, keep_session_key=request.session.session_key or "")
    AuthToken.objects.filter(user=user).delete()
    request.session[SHOWN] = user.pk
    wanted = request.session.pop(WANTED, "")
    if wanted:
        words = _("Your second factor is set up. Keep the recovery codes in a safe place, then go on.")
        link = format_html('<a href="{}">{}</a>', wanted, _("Go on to the back office"))
        messages.success(request, format_html("{} {}", words, link))


@receiver(mfa.authenticator_removed, dispatch_uid="accounts.factor_removed")
def on_factor_removed(
    sender: Any, request: HttpRequest, user: User, authenticator: Any, **kwargs: Any
) -> None:
    """With the last one, what it had opened elsewhere ends."""
    owner = authenticator.user
    record_activity(
        verb=Verb.FACTOR_REMOVED,
        user=user,
        obj=owner,
        request_id=request_id_of(request),
        detail=authenticator.type,
    )
    if not has_factor(owner):
        if request.session.get(SHOWN) == owner.pk:
            del request.session[SHOWN]
        end_sessions(user=owner, keep_session_key=request.session.session_key or "")
