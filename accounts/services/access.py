"""The ways in that a person has open: sessions of browsers, tokens of programs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from knox.models import AuthToken

from ..models import User, UserActivity
from ..sign_in import client_address
from .activity import record_activity


@transaction.atomic
def end_session(*, session: UserSession) -> None:
    """Sign one device out: its next request is a stranger's."""
    record_activity(verb=UserActivity.Verb.SESSION_ENDED, obj=session.user)
    session.end()


def end_access_of(people: list[int], *, using: str = "default", sessions: bool = True) -> None:
    """Revoke every token of these people by number, and end every session but where `sessions` says not to.

    Every session means those that the site has listed, and every sign-in is.
    """
    AuthToken.objects.using(using).filter(user__any_of=people).delete()
    if sessions:
        _end(UserSession.objects.using(using).filter(user__any_of=people))


def open_sessions(*, user: User) -> list[UserSession]:
    """The listed sessions of this person that have neither ended nor expired, newest first."""
    listed = UserSession.objects.filter(user=user).order_by("-id")
    if settings.SESSION_ENGINE != "django.contrib.sessions.backends.db":
        return [session for session in listed if session.exists()]
    stored = import_module(settings.SESSION_ENGINE).SessionStore.get_model_class().objects
    alive = stored.filter(expire_date__gt=timezone.now()).values("session_key")
    return list(listed.filter(session_key__in=alive))


def end_sessions(*, user: User, keep_session_key: str = "") -> None:
    """End every listed session of this person but one; tokens go on."""
    _end(UserSession.objects.filter(user=user).exclude(session_key=keep_session_key))


def _end(sessions: Any) -> None:
    """In a number of statements that does not grow with the sessions, where they are rows of the database."""
    keys = list(sessions.values_list("session_key", flat=True))
    if not keys:
        return
    store = import_module(settings.SESSION_ENGINE).SessionStore
    if settings.SESSION_ENGINE == "django.contrib.sessions.backends.db":
        store.get_model_class().objects.using(sessions.db).filter(session_key__in=keys).delete()
    else:
        for key in keys:
            store().delete(key)
    sessions.filter(session_key__in=keys).delete()


@transaction.atomic
def end_all_access(*, user: User, keep_session_key: str = "", keep_token: AuthToken | None = None) -> None:
    """End every listed session and revoke every token of this person, but for the one to keep."""
    end_sessions(user=user, keep_session_key=keep_session_key)
    tokens = AuthToken.objects.filter(user=user)
    if keep_token is not None:
        tokens = tokens.exclude(pk=keep_token.pk)
    tokens.delete()


@transaction.atomic
def sign_out_everywhere(*, user: User) -> None:
    """End every session and token of this person, who may sign in again."""
    end_all_access(user=user)
    record_activity(verb=UserActivity.Verb.SESSION_ENDED, obj=user, detail="all sessions and tokens")


@transaction.atomic
def create_token(*, user: User) -> tuple[AuthToken, str]:
    """A new token of this person and its text, which is shown once and stored only as a hash."""
    token, text = AuthToken.objects.create(user=user)
    record_activity(verb=UserActivity.Verb.TOKEN_CREATED, user=user, obj=user)
    return token, text


@transaction.atomic
def revoke_token(*, token: AuthToken) -> None:
    """Make one token worthless."""
    record_activity(verb=UserActivity.Verb.TOKEN_REVOKED, obj=token.user)
    token.delete()


@transaction.atomic
def remove_factors(*, user: User) -> User:
    """Take every second factor and recovery code from somebody who has lost theirs, and end whatever they have open."""
    for factor in Authenticator.objects.filter(user=user):
        record_activity(verb=UserActivity.Verb.FACTOR_REMOVED, obj=user, detail=factor.type)
        factor.delete()
    end_all_access(user=user)
    return user


def remember_session(*, request: HttpRequest, user: User) -> None:
    """List the session that this sign-in has begun, with its address and device."""
    session: Any = getattr(request, "session", None)
    address = client_address(request)
    if session is None or not address or session.get(SESSION_KEY) != str(user.pk):
        return  # a token's sign-in, or a command's: nothing to list
    if not session.session_key:
        session.create()
    UserSession.objects.update_or_create(
        session_key=session.session_key,
        defaults={
            "user": user,
            "ip": address,
            "user_agent": request.META.get("HTTP_USER_AGENT", "")[:200],
        },
    )


def forget_session(*, session_key: str | None) -> None:
    """A session that its person has ended is listed no longer."""
    UserSession.objects.filter(session_key=session_key or "").delete()
