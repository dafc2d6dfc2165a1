"""Inviting people by e-mail into a role, and what becomes of an invitation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from config.base.clock import now_ms
from config.base.events import emit
from config.base.exceptions import DomainError

from ..events import InvitationAccepted, PersonInvited
from ..models import (
    AdminProfile,
    BlockedEmailDomain,
    Invitation,
    ParentProfile,
    Role,
    StudentProfile,
    TeacherProfile,
    User,
    UserActivity,
)
from ..models.invitation import default_expiry
from ..privileges import MORE_THAN_YOURS, lacking
from ..roles import LABELS, LEARNER, PARENT, TEACHER
from .activity import record_activity
from .registration import unused_username
from .users import register

SALT = "accounts.invitation"
#: The profile that goes with a role; every other role works in the back office.
PROFILES: dict[str, Any] = {LEARNER: StudentProfile, PARENT: ParentProfile, TEACHER: TeacherProfile}
#: Who comes into these roles does not enter the back office.
OUTSIDERS = (LEARNER, PARENT)


@transaction.atomic
def invite(
    *, inviter: User, email: str, role: Role, site: str, full_name: str = "", locale: str | None = None
) -> Invitation:
    """Keep an invitation and mail its link, which lies below `site`, such as "https://example.org/".

    Raises one ValidationError with the errors of every field: an address with an account or an open invitation
    (`email_taken`, `unique`) or of a blocked domain (`blocked_domain`), a role with rights that the inviter lacks
    (`more_than_yours`).
    """
    details = {} if locale is None else {"locale": locale}
    invitation = Invitation(email=email, role=role, full_name=full_name, **details)
    errors = invitation_errors(invitation, inviter)
    if errors:
        raise ValidationError(errors)
    invitation.save()
    record_activity(verb=UserActivity.Verb.INVITED, user=inviter, obj=invitation, detail=role.code)
    emit(PersonInvited(invitation_id=invitation.pk))
    _mail_after_commit(invitation, site)
    return invitation


def invitation_errors(invitation: Invitation, inviter: User) -> dict[str, list[ValidationError]]:
    """What is wrong with this new invitation, by field; empty when nothing is."""
    errors: dict[str, list[ValidationError]] = {}
    try:
        invitation.full_clean()
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    refused: dict[str, ValidationError] = {}
    if BlockedEmailDomain.objects.blocks(invitation.email):
        message = _("Addresses of this domain are not accepted. Use another address.")
        refused["email"] = ValidationError(message, code="blocked_domain")
    elif _has_account(invitation.email):
        refused["email"] = ValidationError(
            _("Somebody with this address has an account already."), code="email_taken"
        )
    if invitation.role_id is not None and exceeds(inviter, invitation.role):
        refused["role"] = ValidationError(MORE_THAN_YOURS, code="more_than_yours")
    for name, refusal in refused.items():
        errors.setdefault(name, []).append(refusal)
    return errors


@transaction.atomic
def resend_invitation(*, inviter: User, invitation: Invitation, site: str) -> Invitation:
    """Mail a new link, good from now on as long as a first one; the older link is worthless.

    Raises DomainError when the invitation was accepted (`used`) or withdrawn (`withdrawn`), the address has an
    account by now (`email_taken`), or the role holds rights that the sender lacks (`more_than_yours`).
    """
    invitation = _locked(invitation)
    _refuse_ended(invitation)
    _refuse_taken(invitation)
    if exceeds(inviter, invitation.role):
        raise DomainError(str(MORE_THAN_YOURS), code="more_than_yours")
    # Later than before in any case: the link is signed over it.
    invitation.expires_at = max(default_expiry(), invitation.expires_at + timedelta(milliseconds=1))
    invitation.save(update_fields=["expires_at"])
    record_activity(verb=UserActivity.Verb.INVITED, user=inviter, obj=invitation, detail=invitation.role.code)
    _mail_after_commit(invitation, site)
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation) -> Invitation:
    """Make the link worthless. Twice is once; DomainError (`used`) when it was accepted."""
    invitation = _locked(invitation)
    if invitation.withdrawn_at is None:
        _refuse_ended(invitation)
        invitation.withdrawn_at = now_ms()
        invitation.save(update_fields=["withdrawn_at"])
        record_activity(verb=UserActivity.Verb.INVITATION_WITHDRAWN, obj=invitation)
    return invitation


def invitation_key(invitation: Invitation) -> str:
    """What the link carries: the reference and the expiry, signed. Nothing secret is stored."""
    content = [str(invitation.reference), round(invitation.expires_at.timestamp() * 1000)]
    return signing.Signer(salt=SALT).sign_object(content)


def invitation_for(key: str) -> Invitation | None:
    """The invitation that this key was signed for, whatever has become of it; look at its `status`.

    None for a key that nobody signed, or one that a later mail has replaced.
    """
    try:
        reference, _expiry = signing.Signer(salt=SALT).unsign_object(key)
    except (signing.BadSignature, ValueError):
        return None
    invitation = Invitation.objects.select_related("role__group").filter(reference=reference).first()
    if invitation is None or invitation_key(invitation) != key:
        return None
    return invitation


@transaction.atomic
def accept_invitation(
    *,
    key: str,
    full_name: str,
    password: str,
    phone: Any = None,
    locale: str | None = None,
    username: str = "",
) -> User:
    """Register the invited person, in their role's group and with its profile. Their address counts as confirmed.

    Once, whoever comes first. Raises DomainError: `invalid_key`, `used`, `withdrawn`, `expired`, `email_taken`; and
    one ValidationError with the errors of every field. Nothing is written then.
    """
    found = invitation_for(key)
    if found is None:
        raise DomainError(_("This link is not valid. Use the one in the newest e-mail."), code="invalid_key")
    invitation = _locked(found)
    _refuse_ended(invitation)
    if invitation.status == Invitation.Status.EXPIRED or invitation_key(invitation) != key:
        raise DomainError(_("This invitation has expired. Ask for a new one."), code="expired")
    _refuse_taken(invitation)
    unconfirmed = User.objects.by_email(invitation.email).select_for_update().first()
    if unconfirmed is not None:  # somebody registered with this address and never showed that it is theirs
        unconfirmed.delete()
    user = User(
        email=invitation.email,
        username=username or unused_username(),
        full_name=full_name,
        phone=phone,
        locale=locale or invitation.locale,
        is_staff=invitation.role.code not in OUTSIDERS,
    )
    register(user=user, password=password)
    user.groups.add(invitation.role.group)
    PROFILES.get(invitation.role.code, AdminProfile).objects.create(user=user)
    invitation.accepted_at, invitation.accepted_by = now_ms(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    record_activity(
        verb=UserActivity.Verb.INVITATION_ACCEPTED, user=user, obj=invitation, detail=invitation.role.code
    )
    emit(InvitationAccepted(invitation_id=invitation.pk, user_id=user.pk))
    return user


def exceeds(inviter: User, role: Role) -> bool:
    """Does this role's group hold a right that the inviter lacks?"""
    return bool(lacking(inviter, Permission.objects.filter(group=role.group_id)))


def _locked(invitation: Invitation) -> Invitation:
    rows = Invitation.objects.select_related("role__group").select_for_update(of=("self",))
    return rows.get(pk=invitation.pk)


def _refuse_ended(invitation: Invitation) -> None:
    if invitation.accepted_at is not None:
        message = _("This invitation has been accepted already. Sign in, or ask for a new password.")
        raise DomainError(message, code="used")
    if invitation.withdrawn_at is not None:
        raise DomainError(_("This invitation has been withdrawn."), code="withdrawn")


def _has_account(email: str) -> bool:
    """Is this the confirmed address of somebody? One that anybody may have typed at the site is nobody's yet."""
    return EmailAddress.objects.filter(user__in=User.objects.by_email(email), verified=True).exists()


def _refuse_taken(invitation: Invitation) -> None:
    if _has_account(invitation.email):
        raise DomainError(_("Somebody with this address has an account already."), code="email_taken")


def _mail_after_commit(invitation: Invitation, site: str) -> None:
    """A mail server that fails is logged: the invitation stands, and can be sent again."""
    path = reverse("accept_invitation", args=[invitation_key(invitation)])
    with translation.override(invitation.locale):
        content = {
            "full_name": invitation.full_name,
            "role": str(LABELS.get(invitation.role.code, invitation.role)),
            "expires_at": invitation.expires_at,
            "url": site.rstrip("/") + path,
        }
        message = get_adapter().render_mail("accounts/email/invitation", invitation.email, content)
    transaction.on_commit(message.send, robust=True)
