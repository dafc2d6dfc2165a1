"""What django-allauth asks the project: names, passwords, mails, redirects."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.password_reset import get_reset_password_url
from allauth.account.models import EmailAddress
from allauth.core import context
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from .devices import device_name
from .models import User, UserActivity
from .second_factor import has_factor
from .services import change_password, record_activity, reset_password

WRONG = _(
    "This e-mail address or user name and this password do not match an account that may sign in here. "
    "Check both, or choose a new password by e-mail."
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """See ACCOUNT_ADAPTER; one hook of the library each."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # One answer, whatever was typed and whichever of the two is wrong.
        "email_password_mismatch": WRONG,
        "username_password_mismatch": WRONG,
        "incorrect_password": _("This is not your password: type it again."),
        "enter_current_password": _("This is not your current password: type it again."),
        "same_as_current": _("Type another address than the one you have."),
        "duplicate_email": _("This is your address already: type another one."),
        "rate_limited": _("Too many tries: wait a few minutes, then try again."),
        "too_many_login_attempts": _("Too many tries: wait a few minutes, then try again."),
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing: wrong passwords are counted by axes, for pages, admin and API alike."""

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Whoever has a second factor confirms with it: the password alone would do to take the factor away."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if not has_factor(user):
            return methods
        return [method for method in methods if method["id"] != "reauthenticate"]

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

    def add_message(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """For pages only: kept for a client of the API, it would show on a later page of the same browser."""
        if not request.path_info.startswith("/api/"):
            super().add_message(request, *args, **kwargs)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Refused where somebody else has registered with the address meanwhile: it stays theirs; and for the dead."""
        others = User.objects.by_email(email_address.email).exclude(pk=email_address.user_id)
        if others.exists() or email_address.user.is_deleted:
            template = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, template, {"email": email_address.email})
            return False
        return bool(super().confirm_email(request, email_address))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """To an address that may be this person's no longer: they are named, for their language."""
        super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """In the language of the person whose address it is, as text and as HTML."""
        reader = context.get("user")
        with translation.override(reader.locale if isinstance(reader, User) else language_for(email)):
            if "user_agent" in context:  # a notice that something was changed
                context = {
                    **context,
                    "device": device_name(context["user_agent"]),
                    "new_password_url": get_reset_password_url(self.request),
                }
            return super().render_mail(template_prefix, email, context, headers)


def language_for(email: str | list[str]) -> str:
    """The language of who has this address; of the page, or the site, for a stranger's."""
    address = email if isinstance(email, str) else next(iter(email), "")
    owner = User.objects.by_email(address).first()
    if owner is None:
        held = EmailAddress.objects.filter(email=address.lower()).select_related("user").first()
        owner = held.user if held is not None else None
    return str(owner.locale) if owner is not None else translation.get_language() or "fr"


def display_name(user: User) -> str:
    """How pages, mails and security keys call this person; see ACCOUNT_USER_DISPLAY."""
    return user.get_full_name()
