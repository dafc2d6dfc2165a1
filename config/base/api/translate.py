"""Which problem each exception is: REST framework's, Django's, the database's, the domain's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.core import exceptions as django_exceptions
from django.db import DataError, IntegrityError, OperationalError
from django.db.models import ProtectedError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions as drf
from rest_framework.settings import api_settings

from config.base.exceptions import DomainError, StaleObjectError
from config.base.faults import broken_rule, is_lost_race

from .errors import Problem


def as_problem(exc: Exception) -> Problem | None:
    """The problem that this exception is, or None for what nobody foresaw."""
    for kind, translate in TRANSLATIONS:
        if isinstance(exc, kind):
            return translate(exc)
    return None


def _validation(exc: drf.ValidationError) -> Problem:
    serializer = getattr(exc.detail, "serializer", None)
    errors = list(_flatten(exc.detail))
    detail = _("The request is not valid: see the errors.")
    return Problem(400, "invalid", detail, errors=errors, serializer=serializer)


def _flatten(detail: Any, path: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    """Nested errors as a flat list, each with the dotted path of what it is about (null: all of it)."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            deeper = path if key == api_settings.NON_FIELD_ERRORS_KEY else (*path, str(key))
            yield from _flatten(value, deeper)
    elif isinstance(detail, list):
        for number, value in enumerate(detail):
            yield from _flatten(value, (*path, str(number)) if isinstance(value, (dict, list)) else path)
    else:
        code = getattr(detail, "code", None) or "invalid"
        yield {"field": ".".join(path) or None, "code": code, "message": str(detail)}


def _model_validation(exc: django_exceptions.ValidationError) -> Problem:
    found = exc.update_error_dict({})
    errors = [
        {"field": None if name == "__all__" else name, "code": each.code or "invalid", "message": message}
        for name, group in found.items()
        for each in group
        for message in each.messages
    ]
    return Problem(400, "invalid", _("The request is not valid: see the errors."), errors=errors)


def _rest_framework(exc: drf.APIException) -> Problem:
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header
    if getattr(exc, "wait", None):
        headers["Retry-After"] = f"{exc.wait:.0f}"
    codes = exc.get_codes()
    code = codes if isinstance(codes, str) else exc.default_code
    detail = exc.detail if isinstance(exc.detail, str) else exc.default_detail
    return Problem(exc.status_code, code, str(detail), headers=headers)


def _stale(exc: StaleObjectError) -> Problem:
    headers = {} if exc.found is None else {"ETag": f'"{exc.found}"'}
    return Problem(412, exc.code, str(exc), headers=headers)


def _domain(exc: DomainError) -> Problem:
    """Where the error lists conflicts, each of them too."""
    errors = [
        {
            "field": conflict.field or None,
            "code": exc.code,
            "message": conflict.message,
            "object": conflict.label,
            "id": conflict.pk,
        }
        for conflict in getattr(exc, "conflicts", ())
    ]
    return Problem(409, exc.code, str(exc), errors=errors)


def _protected(exc: ProtectedError) -> Problem:
    rows = sorted(exc.protected_objects, key=lambda row: (row._meta.label, str(row.pk)))[:100]
    errors = [
        {
            "field": None,
            "code": "protected",
            "message": f"{row._meta.verbose_name} “{row}”",
            "object": row._meta.label,
            "id": row.pk,
        }
        for row in rows
    ]
    named = ", ".join(error["message"] for error in errors[:10])
    detail = _("This cannot be deleted while others point at it: %(named)s.") % {"named": named}
    return Problem(409, "protected", detail, errors=errors)


def _integrity(exc: IntegrityError) -> Problem:
    """Somebody was faster than the validation, or a rule that only the database knows."""
    rule = broken_rule(exc)
    if rule is not None:
        return Problem(409, "conflict", str(rule.get_violation_error_message()))
    return Problem(409, "conflict", _("This contradicts what somebody else has just saved. Read it again."))


def _operational(exc: OperationalError) -> Problem | None:
    if not is_lost_race(exc):
        return None
    detail = _("Somebody else is writing the same rows. Try again.")
    return Problem(409, "busy", detail, headers={"Retry-After": "1"})


def _too_large(exc: Exception) -> Problem:
    return Problem(413, "too_large", _("The request is too large."))


#: In this order: the first that fits.
TRANSLATIONS: tuple[tuple[Any, Callable[[Any], Problem | None]], ...] = (
    (Problem, lambda exc: exc),
    (drf.ValidationError, _validation),
    (drf.APIException, _rest_framework),
    (Http404, lambda exc: Problem(404, "not_found", _("There is nothing here."))),
    (
        django_exceptions.PermissionDenied,
        lambda exc: Problem(403, "permission_denied", str(exc) or _("Not allowed.")),
    ),
    (django_exceptions.ValidationError, _model_validation),
    (StaleObjectError, _stale),
    (DomainError, _domain),
    (ProtectedError, _protected),
    (IntegrityError, _integrity),
    (OperationalError, _operational),
    (DataError, lambda exc: Problem(400, "invalid", _("A value does not fit the database's column."))),
    (django_exceptions.RequestDataTooBig, _too_large),
    (
        django_exceptions.SuspiciousOperation,
        lambda exc: Problem(400, "bad_request", _("The request is malformed.")),
    ),
)
