"""Who may act as whom, to see what they see; and what stays closed to them meanwhile.

django-hijack exchanges the session's person. The session stays the device of who acts: it is listed as theirs, and
ends when they are put out.
"""

from __future__ import annotations

import re
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from hijack.signals import hijack_ended, hijack_started

from config.base.api.errors import Problem

from .models import User, UserActivity
from .privileges import may_manage
from .second_factor import SHOWN
from .services.activity import record_activity

#: Where django-hijack keeps the numbers of those who act, in the session.
ACTING = "hijack_history"
#: What the session keeps through the exchange.
KEPT = (SHOWN, "signed_in_at", "seen_at")

#: Closed whoever asks how: the back office, everything about signing in and the person's account.
CLOSED = re.compile(r"/(admin|accounts|api/v1/accounts)/")
#: Of the person's own affairs only what is looked at, and of that no way in and no export.
OWN_AFFAIRS = ("/api/v1/me/", "/documents/")
DELICATE = re.compile(
    r"password|email|factor|totp|recovery|(?<!tutoring-)session|token|device|export|eras|calendar"
)
WAY_OUT = ("/accounts/logout/", "/admin/logout/")
#: Where acting as somebody begins: their first page, to look at.
FIRST_PAGE = "/accounts/"


def may_impersonate(*, hijacker: User, hijacked: User) -> bool:
    """Staff with the right to, as somebody active who is no staff and whom they may manage; nobody while already
    acting as another, and nobody as themselves."""
    if getattr(hijacker, "is_hijacked", False) or hijacked.is_staff or hijacked.is_superuser:
        return False
    if not (hijacker.is_active and hijacker.is_staff and hijacked.is_active) or hijacker.pk == hijacked.pk:
        return False
    return hijacker.has_perm("accounts.impersonate_user") and may_manage(hijacker, hijacked)


def may_ask(request: HttpRequest) -> bool:
    """May this person begin to act as anybody, or stop? Others are told nothing, not even whether somebody exists."""
    user: Any = request.user
    return bool(request.session.get(ACTING)) or (user.is_staff and user.has_perm("accounts.impersonate_user"))


def acting_person(request: HttpRequest) -> User | None:
    """Who really acts in this session, while they act as somebody else; None for a session of one's own.

    Raises User.DoesNotExist when they may no longer: put out, no staff any more, without the right; or when the person
    has become staff.
    """
    session: Any = getattr(request, "session", {})
    numbers = session.get(ACTING)
    if not numbers or not request.user.is_authenticated:
        return None
    actor = User.objects.get(pk=int(numbers[-1]))
    person: Any = request.user
    if not may_impersonate(hijacker=actor, hijacked=person):
        raise User.DoesNotExist
    return actor


def is_closed(request: HttpRequest) -> bool:
    """May this page not be had while acting as somebody else?"""
    path = request.path_info
    if path in WAY_OUT or (path == FIRST_PAGE and request.method in ("GET", "HEAD")):
        return False
    if path.startswith(OWN_AFFAIRS):
        return request.method not in ("GET", "HEAD", "OPTIONS") or bool(DELICATE.search(path))
    return CLOSED.match(path) is not None


def refuse(request: HttpRequest) -> HttpResponse:
    """403 in words: a problem below /api/, a page elsewhere."""
    words = _("You are acting as somebody else. Stop acting as them first: this is for themselves alone.")
    if request.path.startswith("/api/"):
        return Problem(403, "impersonating", words).as_response(request.path)
    return render(request, "403_impersonating.html", status=403)


def end_impersonation(request: HttpRequest) -> HttpResponse:
    """Who acts may no longer: nobody is signed in after this."""
    logout(request)
    return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))


def remember_kept(request: HttpRequest) -> None:
    """Before the exchange, which empties the session."""
    kept: Any = request
    kept.kept_by_session = {name: request.session[name] for name in KEPT if name in request.session}


def _carry_over(request: HttpRequest) -> None:
    """The session has a new key and is empty: it is still the same device of the same person."""
    request.session.update(getattr(request, "kept_by_session", {}))
    if not request.session.session_key:
        request.session.create()
    old = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


@receiver(hijack_started, dispatch_uid="accounts.impersonation_started")
def on_started(sender: Any, request: HttpRequest, hijacker: User, hijacked: User, **kwargs: Any) -> None:
    _carry_over(request)
    record_activity(verb=UserActivity.Verb.IMPERSONATION_STARTED, user=hijacker, obj=hijacked)


@receiver(hijack_ended, dispatch_uid="accounts.impersonation_ended")
def on_ended(sender: Any, request: HttpRequest, hijacker: User, hijacked: User, **kwargs: Any) -> None:
    _carry_over(request)
    record_activity(verb=UserActivity.Verb.IMPERSONATION_ENDED, user=hijacker, obj=hijacked)
