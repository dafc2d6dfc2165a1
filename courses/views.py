"""Pages of this app for everybody: the calendar that a program reads."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .calendars import calendar_of
from .services.feeds import feed_for


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The sessions of whoever has this address, as iCalendar; one answer for all addresses that are nobody's.

    Only an ETag says whether it changed: a seat that was taken away leaves no later date behind.
    """
    feed = feed_for(token)
    if feed is None:
        return _private(HttpResponseNotFound(_("There is no such calendar."), content_type="text/plain"))
    content = calendar_of(feed.user)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response["ETag"] = quote_etag(hashlib.sha256(content).hexdigest())
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    return _private(answer or response)


def _private(response: HttpResponseBase) -> HttpResponseBase:
    """The address opens it: no cache between keeps it, no page is told where one came from, nobody searches it."""
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
