"""Who is acting and why: one context variable, read when a row is written.

The actor is read lazily, because DRF authenticates a token only after the middleware has run; by then it
has set the user on the very request that is remembered here. asgiref carries the context variable into
the threads that run ORM work, so the same line serves WSGI and ASGI, sync and async views.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware


@dataclass(frozen=True)
class AuditContext:
    """Where the actor comes from (a request, or a person named outright) and the reason of the change."""

    request: HttpRequest | None = None
    actor_id: Any = None
    reason: str = ""


_context: ContextVar[AuditContext] = ContextVar("audit_context", default=AuditContext())  # noqa: B039 - frozen


def current_actor_id() -> Any:
    """The primary key of the acting person, or None for a stranger or the system itself."""
    context = _context.get()
    if context.actor_id is not None:
        return context.actor_id
    return getattr(getattr(context.request, "user", None), "pk", None)


def current_reason() -> str | None:
    """The reason to record with each history row, or None."""
    return _context.get().reason or None


@contextmanager
def audit_context(*, actor: AbstractBaseUser | None = None, reason: str = "") -> Iterator[None]:
    """Say who acts and why for the code inside. What is left out is inherited from the context around it."""
    outer = _context.get()
    token = _context.set(
        AuditContext(
            request=outer.request,
            actor_id=actor.pk if actor is not None else outer.actor_id,
            reason=reason or outer.reason,
        )
    )
    try:
        yield
    finally:
        _context.reset(token)


@sync_and_async_middleware
def AuditMiddleware(  # noqa: N802 - named like the class-based middleware it stands among
    get_response: Callable[[HttpRequest], Any],
) -> Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]:
    """Remember the request while it is served, so that whatever it writes is recorded as its user's doing."""
    if iscoroutinefunction(get_response):

        async def serve_async(request: HttpRequest) -> HttpResponse:
            token = _context.set(AuditContext(request=request))
            try:
                return await get_response(request)
            finally:
                _context.reset(token)

        return serve_async

    def serve(request: HttpRequest) -> HttpResponse:
        token = _context.set(AuditContext(request=request))
        try:
            return get_response(request)
        finally:
            _context.reset(token)

    return serve
