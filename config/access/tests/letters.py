"""The letter that an answer stands for."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.urls import reverse

from config.access.endpoints import Endpoint
from config.access.table import ALLOWED, ELSEWHERE, FORBIDDEN, NOTHING, SIGN_IN, UNKNOWN

SIGN_IN_PAGES = ("account_login", "admin:login", "account_reauthenticate", "mfa_reauthenticate")
STATUSES = {401: UNKNOWN, 403: FORBIDDEN, 404: NOTHING, 410: NOTHING}
#: A write that is refused for its content or its version was allowed to whoever sent it. A read that is refused for
#: its form has not been asked properly, and fails; one that lists conflicts answers 409.
REFUSED_FOR_WHAT_WAS_SENT = (400, 409, 412, 415, 422, 428)


def letter_of(endpoint: Endpoint, answer: Any) -> str:
    """AssertionError for an answer that says nothing about rights."""
    status = answer.status_code
    if status in STATUSES:
        return STATUSES[status]
    if status in (301, 302):
        return _redirected(endpoint, answer["Location"])
    if status == 200 and "word" in endpoint.parameters:
        return ALLOWED if answer.context_data["results"].object_list else NOTHING
    writes = endpoint.method != "GET"
    assert status < 300 or status == 409 or (writes and status in REFUSED_FOR_WHAT_WAS_SENT), (
        endpoint,
        status,
        answer.content,
    )
    return ALLOWED


def _redirected(endpoint: Endpoint, location: str) -> str:
    page, _question, query = location.partition("?")
    if page in [reverse(name) for name in SIGN_IN_PAGES] and REDIRECT_FIELD_NAME in query:
        return SIGN_IN
    if endpoint.in_admin and endpoint.model is not None and page == reverse("admin:index"):
        return NOTHING  # "… does not exist", said on the first page
    return ALLOWED if endpoint.method != "GET" else ELSEWHERE
