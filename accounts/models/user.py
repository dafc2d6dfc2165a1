"""The person who signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractBaseUser, Permission, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from config.base.constraints import UniqueEver, alive_unique
from config.base.constraints_vendor import SearchIndex
from config.base.models import BaseModel
from config.base.querysets import AllManager

from ..fields import EmailAddressField, NameField, UsernameField
from ..querysets import UserManager, UserQuerySet
from ..roles import OWN_ROWS_ROLES
from ..validators import validate_time_zone
from .role import Role

if TYPE_CHECKING:
    from .profiles import AdminProfile, ParentProfile, StudentProfile, TeacherProfile


class Locale(models.TextChoices):
    FRENCH = "fr", _("French")
    ENGLISH = "en", _("English")


def default_locale() -> str:
    """The language of a person who chose none: the setting LANGUAGE_CODE."""
    return settings.LANGUAGE_CODE


def default_time_zone() -> str:
    """The time zone of a person who chose none: the setting TIME_ZONE."""
    return settings.TIME_ZONE


class User(BaseModel, AbstractBaseUser, PermissionsMixin):
    """A person. Signs in by e-mail or user name.

    An e-mail address is free again after a deletion; a user name never is, because it stays in links, logs and
    exports. Deleting also deactivates, and restoring does not reactivate: `services.activate_user` does.
    """

    Locale = Locale

    untracked_fields = ("last_login",)
    secret_fields = ("password",)
    deletion_values = {"is_active": False}

    username = UsernameField(
        _("user name"),
        max_length=100,
        help_text=_("Letters, digits and . + - _ only. Never given to anybody else, even after a deletion."),
    )
    email = EmailAddressField(_("e-mail"), max_length=255)
    full_name = NameField(_("full name"), max_length=150)
    phone = PhoneNumberField(_("phone"), max_length=32, null=True, blank=True)
    locale = models.CharField(_("language"), max_length=5, choices=Locale, default=default_locale)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default=default_time_zone, validators=[validate_time_zone]
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Only active people can sign in. Deactivate rather than delete."),
    )
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May enter the back office."))

    objects = UserManager()
    all_objects = AllManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta(BaseModel.Meta):
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions = [
            ("impersonate_user", _("Can act as a person who is no staff")),
            ("export_user", _("Can export a person's data")),
            ("erase_user", _("Can erase a person's data")),
        ]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                Lower("email"),
                name="%(app_label)s_%(class)s_email",
                message=_("Somebody with this e-mail address exists already."),
            ),
            UniqueEver(
                fields=["username"],
                name="%(app_label)s_%(class)s_username",
                violation_error_message=_("This user name is taken, or was once: choose another."),
            ),
            models.CheckConstraint(
                condition=~Q(username="") & ~Q(username__contains="@"),
                name="%(app_label)s_%(class)s_username_form",
                violation_error_message=_("A user name is not empty and has no @ in it."),
            ),
            models.CheckConstraint(
                condition=Q(locale__in=Locale.values),
                name="%(app_label)s_%(class)s_locale",
                violation_error_message=_("Choose one of the languages offered."),
            ),
            models.CheckConstraint(
                condition=Q(is_deleted=False) | Q(is_active=False),
                name="%(app_label)s_%(class)s_dead_inactive",
                violation_error_message=_("A person in the trash is not active."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            models.Index(fields=["email", "is_active"], name="idx_user_email_status"),
            models.Index(fields=["-created_at"], name="idx_user_created_at"),
            models.Index(fields=["full_name"], name="idx_user_full_name"),
            models.Index(fields=["is_active", "username"], name="idx_user_active"),
            models.Index(fields=["is_staff", "username"], name="idx_user_staff"),
            models.Index(fields=["username"], name="idx_user_superuser", condition=Q(is_superuser=True)),
            models.Index(fields=["locale", "username"], name="idx_user_locale"),
            SearchIndex(fields=["full_name", "username", "email"], name="idx_user_search"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def clean(self) -> None:
        """No phone is one thing, not two."""
        super().clean()
        self.phone = self.phone or None

    def get_full_name(self) -> str:
        return self.full_name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name().split()[0]

    def check_password(self, raw_password: str | None) -> bool:
        """Is this the password? A stronger hash of the same password is stored without a new version.

        Hashing it anew at sign-in changes nothing about the person, so a sign-in writes no history.
        """

        def strengthen(password: str) -> None:
            weaker = self.password
            self.set_password(password)
            self._password = None
            rows = type(self)._base_manager.filter(pk=self.pk, password=weaker)
            models.QuerySet.update(rows, password=self.password)

        return check_password(raw_password, self.password, strengthen)

    async def acheck_password(self, raw_password: str | None) -> bool:
        return await sync_to_async(self.check_password)(raw_password)

    def holds_everywhere(self, permission: str) -> bool:
        """Does this person hold the permission for all rows? What only a teacher's role gives is for their own.

        The role's group counts as such even while the role is in the trash. Asked of the database once.
        """
        if not self.is_active:
            return False
        if self.is_superuser:
            return True
        if "_held_everywhere" not in self.__dict__:
            own_only = Role.all_objects.filter(code__in=OWN_ROWS_ROLES).values("group")
            groups = self.groups.exclude(pk__in=own_only).order_by().values("pk")
            rows = Permission.objects.filter(Q(user=self.pk) | Q(group__in=groups)).order_by()
            names = rows.values_list("content_type__app_label", "codename")
            self._held_everywhere = {f"{app_label}.{codename}" for app_label, codename in names}
        return permission in self._held_everywhere

    @property
    def is_erased(self) -> bool:
        """Was this person's data erased? See `services.erase_person`; the log says when and by whom."""
        return (
            self.username.startswith(f"erased-{self.pk}") and self.email == f"{self.username}@erased.invalid"
        )

    @property
    def student_profile(self) -> StudentProfile | None:
        """The alive profile or None, as are the next three; prefetch `student_profiles` for a list of people."""
        return _only(self.student_profiles)

    @property
    def parent_profile(self) -> ParentProfile | None:
        return _only(self.parent_profiles)

    @property
    def teacher_profile(self) -> TeacherProfile | None:
        return _only(self.teacher_profiles)

    @property
    def admin_profile(self) -> AdminProfile | None:
        return _only(self.admin_profiles)


def _only(profiles: Any) -> Any:
    return next(iter(profiles.all()), None)
