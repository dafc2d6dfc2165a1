"""What signing in asks for after the password: a confirmed address, a second factor."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.utils.translation import gettext as _

from config.base.api.errors import Problem

from ..models import User
from ..second_factor import SignInCodeForm, has_factor

CHALLENGE = {"WWW-Authenticate": "Bearer"}
SET_UP_AT = "/accounts/2fa/"


def require_confirmed_address(user: User) -> None:
    """403 for somebody who has yet to show that the address is theirs."""
    verified = list(EmailAddress.objects.filter(user=user).values_list("verified", flat=True))
    # No row at all: code from before there were any, still running during a deploy, has just made this person.
    if user.email and verified and not any(verified):
        detail = _(
            "Confirm your e-mail address first: open the link that we have sent you, or ask for another."
        )
        raise Problem(403, "email_not_confirmed", detail)


def require_second_factor(user: User, code: str) -> None:
    """403 for staff who have none and need one; 401 without a right code for whoever has one.

    A wrong code counts, and the last one locks; see `accounts.second_factor`. A code is good once.
    """
    if settings.STAFF_SECOND_FACTOR and user.is_staff and not has_factor(user):
        words = _("Staff need a second factor: set one up at %(address)s, then sign in again.")
        raise Problem(403, "second_factor_missing", words % {"address": SET_UP_AT})
    if not is_mfa_enabled(user):
        return
    if not code:
        detail = _("Send the code that your authenticator application shows, or a recovery code, as well.")
        raise Problem(401, "second_factor_required", detail, headers=CHALLENGE)
    form: Any = SignInCodeForm(user=user, data={"code": code})
    if not form.is_valid():
        detail = _("This code is not right, or was used already: send the one that is shown now.")
        raise Problem(401, "invalid_code", detail, headers=CHALLENGE)
    form.authenticator.record_usage()
