"""What django-allauth asks the project: names, passwords, mails, redirects."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """See ACCOUNT_ADAPTER; one hook of the library each."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing: wrong passwords are counted by axes, for pages, admin and API alike."""
