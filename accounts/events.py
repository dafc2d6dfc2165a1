"""What this app announces, after commit."""

from __future__ import annotations

from dataclasses import dataclass

from config.base.events import DomainEvent


@dataclass(frozen=True)
class UserRegistered(DomainEvent):
    """A person was registered, by themselves or by staff."""

    user_id: int


@dataclass(frozen=True)
class UserActivated(DomainEvent):
    """A person may sign in again."""

    user_id: int


@dataclass(frozen=True)
class UserDeactivated(DomainEvent):
    """A person may no longer sign in; their sessions and tokens have ended."""

    user_id: int


@dataclass(frozen=True)
class PersonInvited(DomainEvent):
    """Somebody was asked by e-mail to come in."""

    invitation_id: int


@dataclass(frozen=True)
class InvitationAccepted(DomainEvent):
    """The person invited has an account now; UserRegistered was announced too."""

    invitation_id: int
    user_id: int
