"""Actions on a selection: a service for each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import ngettext

from ..exceptions import DomainError


def do_for_each(
    model_admin: Any, request: HttpRequest, rows: Iterable[Any], service: Callable[[Any], Any]
) -> None:
    """What the service refuses is said with the row's name; the others go on."""
    done = 0
    for row in rows:
        try:
            service(row)
        except DomainError as error:
            model_admin.message_user(request, f"{row}: {error}", messages.ERROR)
        else:
            done += 1
    words = ngettext("%(count)d row was changed.", "%(count)d rows were changed.", done)
    model_admin.message_user(request, words % {"count": done}, messages.SUCCESS if done else messages.WARNING)
