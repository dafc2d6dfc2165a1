"""Somebody registers themselves, at the site or over the API."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import handle_verification_email_rate_limit
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.crypto import get_random_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..models import ParentProfile, Role, StudentProfile, User
from ..models.user import Locale, default_locale
from ..roles import LEARNER, PARENT
from ..validators import normalize_email
from .users import register, registration_errors

#: What somebody may say they are, and the profile that each gets.
OPEN_ROLES: dict[str, type[StudentProfile] | type[ParentProfile]] = {
    LEARNER: StudentProfile,
    PARENT: ParentProfile,
}
#: Without signs that look like one another, and without vowels, so that no word comes out.
USERNAME_SIGNS = "23456789bcdfghjkmnpqrstvwxz"


def sign_up(
    *,
    email: str,
    full_name: str,
    password: str,
    password_confirmation: str,
    role: str,
    phone: str | None = None,
    locale: str | None = None,
    username: str = "",
    level: str = "",
) -> User | None:
    """Save somebody who registers themselves, as a learner or a parent, with an address that is yet to be confirmed.

    None where the address is somebody's already: nothing is written then, and it takes as long, because a stranger
    is not told; call `tell_about_sign_up` with either. All arguments may be as typed. `role` is LEARNER or PARENT of
    `accounts.roles`; without `locale` it is the language of the page, without `username` one that says nothing;
    `level` is a learner's. Raises one ValidationError with the errors of
    every field, by the names above; nothing is written then either.
    """
    errors = sign_up_errors(
        email=email,
        full_name=full_name,
        password=password,
        password_confirmation=password_confirmation,
        role=role,
        phone=phone,
        username=username,
        level=level,
    )
    if errors:
        raise ValidationError(errors)
    user = _composed(email, full_name, phone, locale, username)
    if User.objects.by_email(email).exists():
        User().set_password(password)  # takes the time that a new person's takes
        return None
    try:
        with transaction.atomic():
            user.username = user.username if username else unused_username()
            register(user=user, password=password, confirmed=False)
            user.groups.add(Role.all_objects.get(code=role).group)
            OPEN_ROLES[role].objects.create(user=user, **({"level": level} if level else {}))
    except IntegrityError:
        if User.objects.by_email(email).exists():
            return None  # the same form, sent twice at once
        raise
    return user


def sign_up_errors(
    *,
    email: str,
    full_name: str,
    password: str,
    password_confirmation: str,
    role: str,
    phone: str | None = None,
    username: str = "",
    level: str = "",
) -> dict[str, list[ValidationError]]:
    """What is wrong with what somebody typed, by field; empty when nothing is. Never that an address is known.

    That a user name is taken is said: names are public, and somebody who chooses one must know.
    """
    user = _composed(email, full_name, phone, None, username)
    errors = registration_errors(user, password, taken=False)
    if username and "username" not in errors and User.all_objects.filter(username=username).exists():
        message = _("This user name is taken, or was once: choose another.")
        errors["username"] = [ValidationError(message, code="unique")]
    if password != password_confirmation:
        message = _("This is not the same password as above: type it again.")
        errors["password_confirmation"] = [ValidationError(message, code="mismatch")]
    if role not in OPEN_ROLES:
        message = _("Say whether you are a learner or a parent.")
        errors["role"] = [ValidationError(message, code="invalid_choice")]
    if level and (role != LEARNER or level not in StudentProfile.Level.values):
        message = _("Choose one of the levels offered, or none: only learners have one.")
        errors["level"] = [ValidationError(message, code="invalid_choice")]
    return errors


def tell_about_sign_up(*, request: HttpRequest, email: str, user: User | None) -> None:
    """Send the link that confirms the address, or tell the one whose address it is that somebody tried.

    At most one mail every few minutes to one address: see the library's rate limit `confirm_email`. The pages leave
    this to the library.
    """
    email = normalize_email(email)
    if not handle_verification_email_rate_limit(request, email):
        return
    if user is None:
        get_adapter(request).send_account_already_exists_mail(email)
    else:
        EmailAddress.objects.get_primary(user).send_confirmation(request, signup=True)


def unused_username() -> str:
    """A user name that nobody has or had, and that says nothing about its person: it outlives them in logs."""
    while True:
        username = "u-" + get_random_string(10, USERNAME_SIGNS)
        if not User.all_objects.filter(username=username).exists():
            return username


def _composed(email: str, full_name: str, phone: str | None, locale: str | None, username: str = "") -> User:
    spoken = (locale or get_language() or "").partition("-")[0]
    details: dict[str, Any] = {"phone": (phone or "").strip() or None}
    return User(
        email=email,
        full_name=full_name,
        username=username or "composed",
        locale=spoken if spoken in Locale.values else default_locale(),
        **details,
    )
