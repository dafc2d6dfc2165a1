"""Who tries to sign in, and from where: what the lockout counts by."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from .models import User


def person_named(identifier: str) -> User | None:
    """The person whom an e-mail address (it has an @) or a user name names, active or not; None for nobody."""
    people = (
        User.objects.by_email(identifier) if "@" in identifier else User.objects.filter(username=identifier)
    )
    return people.first()


def lockout_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What failures are counted under: the same for the user name and the address of one person.

    A name that is nobody's is hashed: it may be a password typed into the wrong box.
    """
    typed = credentials or {}
    identifier = str(typed.get("username") or typed.get("email") or "")
    person = person_named(identifier) if identifier else None
    if person is not None:
        return f"user:{person.pk}"
    return "nobody:" + salted_hmac("accounts.lockout", identifier.lower()).hexdigest()[:24]


def client_address(request: HttpRequest) -> str | None:
    """The address that the request comes from, as the sessions list it; None where no network is between."""
    try:
        return get_adapter().get_client_ip(request)
    except PermissionDenied:
        return None


def locked_out(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any]) -> HttpResponse:
    """The answer to somebody locked out; see AXES_LOCKOUT_CALLABLE."""
    return HttpResponse(status=429)
