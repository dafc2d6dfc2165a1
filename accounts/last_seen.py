"""When each listed session was last used, to five minutes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

#: In the session: when its row was last written, in seconds.
WRITTEN_AT = "last_seen_written_at"
PRECISION = 5 * 60


def LastSeenMiddleware(  # noqa: N802 - named like the class-based middleware it stands among
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Whoever is signed in is seen: one write every five minutes, and otherwise not even a query."""

    def serve(request: HttpRequest) -> HttpResponse:
        note_seen(request)
        return get_response(request)

    return serve


def note_seen(request: HttpRequest) -> None:
    """Write that the session of this request is in use, unless that was written lately."""
    session: Any = request.session
    if not request.user.is_authenticated:
        return
    now = int(time.time())
    if now - session.get(WRITTEN_AT, 0) >= PRECISION:
        session[WRITTEN_AT] = now
        UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())


def begin_seeing(request: HttpRequest, user: Any) -> None:
    """A sign-in lists its session as seen now: the next write is due in five minutes. A token's has no session."""
    session: Any = getattr(request, "session", None)
    if session is not None and session.get(SESSION_KEY) == str(user.pk):
        session[WRITTEN_AT] = int(time.time())
