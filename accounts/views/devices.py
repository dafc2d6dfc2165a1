"""Where a person is signed in, and putting an end to it."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ..devices import device_name
from ..services.access import end_session


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def devices(request: HttpRequest) -> HttpResponse:
    """List my sessions, this one first; `end` names one of the others by number, or all of them: "others"."""
    here = request.session.session_key
    user: Any = request.user
    sessions = sorted(
        UserSession.objects.purge_and_list(user),
        key=lambda session: (session.session_key == here, session.last_seen_at),
        reverse=True,
    )
    others = [session for session in sessions if session.session_key != here]
    if request.method == "POST":
        wanted = request.POST.get("end", "")
        ended = [session for session in others if wanted in ("others", str(session.pk))]
        for session in ended:
            end_session(session=session)
        if wanted == "others":
            messages.success(request, _("You are signed out everywhere but here."))
        elif ended:
            name = device_name(ended[0].user_agent)
            messages.success(request, _("This device is signed out: %(device)s.") % {"device": name})
        else:
            messages.info(request, _("That device was signed out already."))
        return redirect("usersessions_list")
    rows = [
        {"session": session, "name": device_name(session.user_agent), "is_here": session.session_key == here}
        for session in sessions
    ]
    return render(request, "usersessions/usersession_list.html", {"devices": rows})
