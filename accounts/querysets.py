"""What one asks about people: the repository layer of this app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from config.base.clock import now_ms
from config.base.querysets import AliveManager, BaseQuerySet

from .validators import email_domain, normalize_email

if TYPE_CHECKING:
    from .models import (
        BlockedEmailDomain,
        Invitation,
        ParentProfile,
        Role,
        User,
    )


class UserQuerySet(BaseQuerySet["User"]):
    def by_email(self, email: str) -> Self:
        """Those with this address, regardless of case."""
        return self.filter(email__lower=normalize_email(email).lower())

    def get_by_email(self, email: str) -> User:
        """The one person with this address, regardless of case; User.DoesNotExist."""
        return self.by_email(email).get()

    def get_by_username(self, username: str) -> User:
        """The one person with this user name, regardless of case; User.DoesNotExist."""
        return self.get(username=username)

    def get_by_natural_key(self, username: str) -> User:
        """For fixtures and `createsuperuser`: a person in the trash is found too, never duplicated."""
        return self.by_natural_key(username=username)

    def active(self) -> Self:
        """Those who may sign in."""
        return self.filter(is_active=True)

    def superusers(self) -> Self:
        """Those who may do everything."""
        return self.filter(is_superuser=True)

    def staff(self) -> Self:
        """Those who may enter the back office."""
        return self.filter(is_staff=True)

    def search_by_name(self, term: str) -> Self:
        """Those whose full name holds every word of the term, blind to case and accents; all for an empty term."""
        words = Q()
        for word in term.split():
            words &= Q(full_name__folded=word)
        return self.filter(words)


class UserManager(AliveManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Adds what Django's own commands and tests create people with."""

    def create_user(self, username: str, email: str = "", password: str | None = None, **extra: Any) -> User:
        """Save a person as given; `services.register_user` also validates and announces.

        Without a password nobody can sign in as them until one is set.
        """
        extra.setdefault("full_name", username)
        user = self.model(username=username, email=email, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, username: str, email: str = "", password: str | None = None, **extra: Any
    ) -> User:
        """Save a person who may do everything; what `createsuperuser` calls."""
        return self.create_user(
            username, email, password, **{**extra, "is_staff": True, "is_superuser": True}
        )


class ProfileQuerySet(BaseQuerySet[Any]):
    """Queries of the four profiles."""

    def get_by_natural_key(self, username: str) -> Any:
        return self.by_natural_key(user__username=username)


class StudentProfileQuerySet(ProfileQuerySet):
    def children_of(self, parent: ParentProfile) -> Self:
        """The students whom this parent is a guardian of."""
        return self.filter(guardianships__parent=parent, guardianships__is_deleted=False)


class TeacherProfileQuerySet(ProfileQuerySet):
    def accepting_students(self) -> Self:
        """Teachers with room for more, who can sign in."""
        return self.filter(is_accepting_students=True, user__is_active=True)


class GuardianshipQuerySet(BaseQuerySet[Any]):
    def get_by_natural_key(self, parent: str, student: str) -> Any:
        return self.by_natural_key(parent__user__username=parent, student__user__username=student)


class BlockedEmailDomainQuerySet(BaseQuerySet["BlockedEmailDomain"]):
    def get_by_natural_key(self, domain: str) -> BlockedEmailDomain:
        return self.by_natural_key(domain=domain)

    def blocks(self, email: str) -> bool:
        """Is the domain of this address, or one that it lies under, blocked?"""
        labels = email_domain(email).split(".")
        return self.filter(domain__in=[".".join(labels[start:]) for start in range(len(labels))]).exists()


class InvitationQuerySet(BaseQuerySet["Invitation"]):
    def get_by_natural_key(self, reference: str) -> Invitation:
        return self.by_natural_key(reference=reference)

    def pending(self) -> Self:
        """Those that can still be accepted."""
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now_ms())


class RoleQuerySet(BaseQuerySet["Role"]):
    def get_by_natural_key(self, code: str) -> Role:
        return self.by_natural_key(code=code)
