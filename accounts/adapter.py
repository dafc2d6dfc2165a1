"""What django-allauth asks the project: names, passwords, mails, redirects."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.http import HttpRequest

from .models import User, UserActivity
from .services import change_password, record_activity, reset_password


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """See ACCOUNT_ADAPTER; one hook of the library each."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing: wrong passwords are counted by axes, for pages, admin and API alike."""

    def set_password(self, user: User, password: str) -> None:
        """Who is signed in changes their own and stays signed in here; who comes by an e-mailed link resets it."""
        request = context.request
        if request is not None and request.user.is_authenticated and request.user.pk == user.pk:
            change_password(user=user, password=password, keep_session_key=request.session.session_key or "")
        else:
            reset_password(user=user, password=password)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        record_activity(verb=UserActivity.Verb.RESET_REQUESTED, obj=user)
        super().send_password_reset_mail(user, email, context)
