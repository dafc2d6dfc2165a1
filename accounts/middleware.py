"""The language and time zone of the person who is signed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.decorators import sync_and_async_middleware


@sync_and_async_middleware
def UserLocaleMiddleware(  # noqa: N802 - named like the class-based middleware it stands among
    get_response: Callable[[HttpRequest], Any],
) -> Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]:
    """A person's own language goes before the browser's, which LocaleMiddleware has activated."""
    if iscoroutinefunction(get_response):

        async def serve_async(request: HttpRequest) -> HttpResponse:
            speak_as(request, await request.auser())
            try:
                return await get_response(request)
            finally:
                timezone.deactivate()

        return serve_async

    def serve(request: HttpRequest) -> HttpResponse:
        speak_as(request, request.user)
        try:
            return get_response(request)
        finally:
            timezone.deactivate()

    return serve


def speak_as(request: HttpRequest, user: Any) -> None:
    """Activate the language and time zone of this person; a stranger keeps the browser's and the site's."""
    if user.is_authenticated:
        translation.activate(user.locale)
        request.LANGUAGE_CODE = translation.get_language()
        timezone.activate(user.time_zone)
