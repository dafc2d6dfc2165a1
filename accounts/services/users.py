"""Registering, activating and deactivating people."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from knox.models import AuthToken

from config.base.events import emit
from config.base.exceptions import DomainError

from ..events import UserActivated, UserDeactivated, UserRegistered
from ..models import BlockedEmailDomain, User, UserActivity
from .access import end_all_access
from .activity import record_activity
from .lockout import unlock_passwords


@transaction.atomic
def register_user(
    *,
    email: str,
    username: str,
    full_name: str,
    password: str | None = None,
    is_active: bool = True,
    is_staff: bool = False,
    is_superuser: bool = False,
    **details: Any,
) -> User:
    """Save a new person and announce it. `details`: phone, locale, time_zone, where they are not the defaults.

    Whether the caller may make somebody staff is for the door to ask; see `privileges`. Without a password nobody
    can sign in as them until one is set. Raises one ValidationError with the errors of every field; nothing is
    written then.
    """
    user = User(email=email, username=username, full_name=full_name, is_active=is_active, **details)
    user.is_staff, user.is_superuser = is_staff, is_superuser
    return register(user=user, password=password)


@transaction.atomic
def register(*, user: User, password: str | None, confirmed: bool = True) -> User:
    """The same for a person already composed, but not saved, by a form.

    `confirmed`: somebody vouches for the address; a person who registers themselves has yet to show that it is theirs.
    """
    errors = registration_errors(user, password)
    if errors:
        raise ValidationError(errors)
    user.set_password(password)
    user.save()
    if not confirmed:
        EmailAddress.objects.filter(user=user).update(verified=False)
    record_activity(verb=UserActivity.Verb.REGISTERED, obj=user)
    emit(UserRegistered(user_id=user.pk))
    return user


def registration_errors(
    user: User, password: str | None, *, taken: bool = True
) -> dict[str, list[ValidationError]]:
    """What is wrong with this new person, by field; empty when nothing is.

    Without `taken` it leaves out that an address or a user name is somebody else's: a stranger is not told.
    """
    errors: dict[str, list[ValidationError]] = {}
    try:
        user.full_clean(exclude={"password"}, validate_unique=taken, validate_constraints=taken)
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    if BlockedEmailDomain.objects.blocks(user.email):
        message = _("Addresses of this domain are not accepted. Use another address.")
        errors.setdefault("email", []).append(ValidationError(message, code="blocked_domain"))
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            errors["password"] = error.error_list
    return errors


@transaction.atomic
def activate_user(*, user: User) -> User:
    """Let a person sign in again, with nothing left open from before. Once: a second call changes nothing.

    Raises StaleObjectError when the person was changed meanwhile or is in the trash, DomainError `erased` when there
    is nobody left to sign in.
    """
    if user.is_erased:
        raise DomainError(_("This person's data was erased: nobody signs in as them again."), code="erased")
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        end_all_access(user=user)
        record_activity(verb=UserActivity.Verb.ACTIVATED, obj=user)
        emit(UserActivated(user_id=user.pk))
    return user


@transaction.atomic
def deactivate_user(*, user: User) -> User:
    """Sign a person out everywhere, at once and for good. Once: a second call changes nothing.

    Raises StaleObjectError when the person was changed meanwhile or is in the trash.
    """
    if user.is_active:
        user.is_active = False
        user.save(update_fields=["is_active"])
        end_all_access(user=user)
        record_activity(verb=UserActivity.Verb.DEACTIVATED, obj=user)
        emit(UserDeactivated(user_id=user.pk))
    return user


@transaction.atomic
def set_password(*, user: User, password: str | None) -> User:
    """Give a person a new password, or none to sign in with; what was signed in with the old one is signed out.

    Raises ValidationError on `password` when it is weak.
    """
    _store_password(user, password)
    end_all_access(user=user)
    record_activity(verb=UserActivity.Verb.PASSWORD_CHANGED, obj=user)
    return user


@transaction.atomic
def reset_password(*, user: User, password: str) -> User:
    """By a link sent to their address: every way in ends, and whoever had tried too often may try again.

    Whether the link is good is for the door to ask. Raises ValidationError on `password` when it is weak.
    """
    _store_password(user, password)
    end_all_access(user=user)
    unlock_passwords(user=user)
    record_activity(verb=UserActivity.Verb.PASSWORD_RESET, user=user, obj=user)
    return user


@transaction.atomic
def change_password(
    *, user: User, password: str, keep_session_key: str = "", keep_token: AuthToken | None = None
) -> User:
    """A person's own choice: every way in ends but the one that they are using, named by `keep_…`.

    Whether the current password was given is for the door to ask. A kept session goes on only once the door has
    called `update_session_auth_hash`. Raises ValidationError on `password` when it is weak.
    """
    _store_password(user, password)
    end_all_access(user=user, keep_session_key=keep_session_key, keep_token=keep_token)
    record_activity(verb=UserActivity.Verb.PASSWORD_CHANGED, user=user, obj=user)
    return user


def _store_password(user: User, password: str | None) -> None:
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise ValidationError({"password": error.error_list}) from error
    user.set_password(password)
    user.save(update_fields=["password"])
