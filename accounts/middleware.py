"""Each request of somebody signed in: their language, their session's age, their second factor, who really acts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.decorators import sync_and_async_middleware

from config.base.audit import audit_context

from . import impersonation
from .models import User
from .second_factor import to_second_factor
from .session_age import end_if_old


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


def _asking_first(
    ask: Callable[[HttpRequest], HttpResponse | None],
) -> Callable[[Callable[[HttpRequest], Any]], Any]:
    """A middleware that answers itself what `ask` has an answer for."""

    @sync_and_async_middleware
    def middleware(get_response: Callable[[HttpRequest], Any]) -> Any:
        if iscoroutinefunction(get_response):

            async def serve_async(request: HttpRequest) -> Any:
                return await sync_to_async(ask)(request) or await get_response(request)

            return serve_async

        def serve(request: HttpRequest) -> Any:
            return ask(request) or get_response(request)

        return serve

    return middleware


#: Ends sessions that are too old, or were left alone for too long.
SessionAgeMiddleware = _asking_first(end_if_old)
#: Sends staff to their second factor before the back office.
StaffSecondFactorMiddleware = _asking_first(to_second_factor)


@sync_and_async_middleware
def ImpersonationMiddleware(  # noqa: N802 - named like the class-based middleware it stands among
    get_response: Callable[[HttpRequest], Any],
) -> Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]:
    """While somebody acts as another: what they write is recorded as theirs, and what is not theirs stays closed.

    Stands after AuditMiddleware, whose actor it replaces.
    """
    if iscoroutinefunction(get_response):

        async def serve_async(request: HttpRequest) -> HttpResponse:
            actor, answer = await sync_to_async(_acting)(request)
            if answer is not None or actor is None:
                return answer or await get_response(request)
            with audit_context(actor=actor, reason=f"acting as #{request.user.pk}"):
                return await get_response(request)

        return serve_async

    def serve(request: HttpRequest) -> HttpResponse:
        actor, answer = _acting(request)
        if answer is not None or actor is None:
            return answer or get_response(request)
        with audit_context(actor=actor, reason=f"acting as #{request.user.pk}"):
            return get_response(request)

    return serve


def _acting(request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
    """Who really acts, and what answers them in place of the page."""
    if request.path_info.startswith("/impersonation/"):
        user: Any = request.user
        if user.is_authenticated and not impersonation.may_ask(request):
            return user, HttpResponseForbidden(render_to_string("403.html", request=request))
        impersonation.remember_kept(request)
        return None, None
    try:
        actor = impersonation.acting_person(request)
    except User.DoesNotExist:
        return None, impersonation.end_impersonation(request)
    if actor is not None and impersonation.is_closed(request):
        return actor, impersonation.refuse(request)
    return actor, None
