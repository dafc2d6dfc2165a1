"""How long somebody stays signed in: so long at all, and so long without asking for anything. Staff shorter."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest

#: In the session, in seconds: when it began, and when it was last seen (to the minute or so, to spare a write).
SIGNED_IN_AT, SEEN_AT = "signed_in_at", "seen_at"
PRECISION = 60


def begin_session(request: HttpRequest, user: Any) -> None:
    """This person has just signed in; a token's sign-in leaves the browser's session alone."""
    session: Any = getattr(request, "session", None)
    if session is not None and session.get(SESSION_KEY) == str(user.pk):
        session[SIGNED_IN_AT] = session[SEEN_AT] = int(time.time())


def end_if_old(request: HttpRequest) -> None:
    """Sign out whoever has been signed in, or away, for too long; see SESSION_LIMITS."""
    session: Any = getattr(request, "session", None)
    if session is None or not request.user.is_authenticated:
        return
    now = int(time.time())
    began, seen = session.get(SIGNED_IN_AT), session.get(SEEN_AT)
    if began is None or seen is None:  # signed in before there were limits
        begin_session(request, request.user)
        return
    user: Any = request.user
    staff = user.is_staff or getattr(user, "is_hijacked", False)
    limits = settings.SESSION_LIMITS["staff" if staff else "others"]
    if now - began >= limits["age"].total_seconds() or now - seen >= limits["idle"].total_seconds():
        logout(request)
    elif now - seen >= PRECISION:
        session[SEEN_AT] = now
