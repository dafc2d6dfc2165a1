"""What one asks about people: the repository layer of this app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Q

from config.base.clock import now_ms
from config.base.querysets import AliveManager, BaseQuerySet

from .validators import email_domain, normalize_email
from .whose import is_child_of, is_student_of

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

    def students_of(self, teacher: Any) -> Self:
        """Those whom this person teaches: enrolled in a course of theirs, or with a booking in a session of theirs."""
        return self.filter(is_student_of(teacher, "pk")).exclude(pk=teacher.pk)

    def taught_by(self, user: Any) -> Self:
        """This person and their students: whom a teacher sees in the back office."""
        return self.filter(is_student_of(user, "pk") | Q(pk=user.pk))

    def visible_to(self, user: Any) -> Self:
        """This person, their children, their students."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(is_student_of(user, "pk") | is_child_of(user, "pk") | Q(pk=user.pk))


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


class OwnedQuerySet(BaseQuerySet[Any]):
    """Rows that are one person's business: the `user`'s."""

    def visible_to(self, user: Any) -> Self:
        """This person's own."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class ProfileQuerySet(OwnedQuerySet):
    """Queries of the four profiles."""

    def get_by_natural_key(self, username: str) -> Any:
        return self.by_natural_key(user__username=username)


class ParentProfileQuerySet(ProfileQuerySet):
    def taught_by(self, user: Any) -> Self:
        """The parents of this teacher's students."""
        guardianships = apps.get_model("accounts.Guardianship").objects.taught_by(user)
        return self.filter(pk__in=guardianships.values("parent"))


class StudentProfileQuerySet(ProfileQuerySet):
    def taught_by(self, user: Any) -> Self:
        """The profiles of this teacher's students."""
        return self.filter(is_student_of(user, "user"))

    def visible_to(self, user: Any) -> Self:
        """This person's own, their children's, their students'."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(is_student_of(user, "user") | is_child_of(user, "user") | Q(user=user))

    def children_of(self, parent: ParentProfile) -> Self:
        """The students whom this parent is a guardian of."""
        return self.filter(guardianships__parent=parent, guardianships__is_deleted=False)


class TeacherProfileQuerySet(ProfileQuerySet):
    def accepting_students(self) -> Self:
        """Teachers with room for more, who can sign in."""
        return self.filter(is_accepting_students=True, user__is_active=True)

    def taught_by(self, user: Any) -> Self:
        """The teacher's own."""
        return self.filter(user=user)


class GuardianshipQuerySet(BaseQuerySet[Any]):
    def get_by_natural_key(self, parent: str, student: str) -> Any:
        return self.by_natural_key(parent__user__username=parent, student__user__username=student)

    def held_by(self, parent: Any, *rights: str) -> Self:
        """Those of this person as a parent, with one of these rights where any is named; their profiles are alive."""
        allowing = Q()
        for right in rights:
            allowing |= Q(**{right: True})
        return self.filter(
            allowing,
            parent__user=parent,
            parent__is_deleted=False,
            student__is_deleted=False,
            is_deleted=False,
        )

    def taught_by(self, user: Any) -> Self:
        """Those over this teacher's students."""
        return self.filter(is_student_of(user, "student__user"))

    def visible_to(self, user: Any) -> Self:
        """Those that this person holds, or is held by."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            Q(parent__user=user) | Q(student__user=user), parent__is_deleted=False, student__is_deleted=False
        )


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
