"""How a request writes: in one transaction, under the version that its client has read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from django.db import OperationalError, transaction
from django.utils.http import parse_etags
from django.utils.translation import gettext as _

from config.base.audit import audit_context
from config.base.faults import is_lost_race

from .errors import Problem

REASON_HEADER = "X-Change-Reason"


def etag_of(row: Any) -> str:
    """The strong entity tag of a row: its version, quoted."""
    return f'"{row.version}"'


def require_if_match(request: Any) -> None:
    """428 unless the client says which version it means to change. `*` means none in particular."""
    if request.headers.get("If-Match", "").strip() in ("", "*"):
        detail = _("Send the ETag that you have read back as If-Match, so that nobody's change is lost.")
        raise Problem(428, "if_match_required", detail)


def require_match(request: Any, row: Any) -> None:
    """412 with the current ETag unless the (locked) row still is the version that the client has read."""
    current = etag_of(row)
    if current not in parse_etags(request.headers.get("If-Match", "")):
        detail = _("This was changed meanwhile. Read it again, then repeat your change.")
        raise Problem(412, "stale", detail, headers={"ETag": current})


def change_reason(request: Any) -> str:
    """Why the client changes something, for the history. A header arrives as Latin-1, but most clients send UTF-8."""
    text = request.headers.get(REASON_HEADER, "")
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode("utf-8")
    return text.replace("\x00", "").strip()[:1000]


def in_one_transaction(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Run a view's method in one transaction, and once more after a deadlock, which left nothing behind."""

    @wraps(handler)
    def write(request: Any, *args: Any, **kwargs: Any) -> Any:
        outermost = not transaction.get_connection().in_atomic_block
        with audit_context(reason=change_reason(request)):
            try:
                with transaction.atomic():
                    return handler(request, *args, **kwargs)
            except OperationalError as error:
                if not (outermost and is_lost_race(error)):
                    raise
            with transaction.atomic():
                return handler(request, *args, **kwargs)

    return write
