"""Who may act as whom, to see what they see."""

from __future__ import annotations

from .models import User


def may_impersonate(*, hijacker: User, hijacked: User) -> bool:
    """Staff with the right to, as somebody who is active and no staff; nobody while already acting as another."""
    if getattr(hijacker, "is_hijacked", False) or hijacked.is_staff or hijacked.is_superuser:
        return False
    return hijacked.is_active and hijacker.is_staff and hijacker.has_perm("accounts.impersonate_user")
