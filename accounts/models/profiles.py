"""What a person is here: student, parent, teacher, member of staff. One profile of each kind at most."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.fields import AmountField, CurrencyField
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.values import Money

from ..fields import NameField
from ..querysets import (
    ParentProfileQuerySet,
    ProfileQuerySet,
    StudentProfileQuerySet,
    TeacherProfileQuerySet,
)
from ..validators import validate_birth_date


class Level(models.TextChoices):
    SIXIEME = "SIXIEME", _("Sixième")
    CINQUIEME = "CINQUIEME", _("Cinquième")
    QUATRIEME = "QUATRIEME", _("Quatrième")
    TROISIEME = "TROISIEME", _("Troisième")
    SECONDE = "SECONDE", _("Seconde")
    PREMIERE = "PREMIERE", _("Première")
    TERMINALE = "TERMINALE", _("Terminale")
    SUPERIEUR = "SUPERIEUR", _("Higher education")
    ADULT = "ADULT", _("Adult learner")


class Contact(models.TextChoices):
    EMAIL = "EMAIL", _("E-mail")
    PHONE = "PHONE", _("Phone")
    SMS = "SMS", _("Text message")


def _owner(related_name: str) -> models.ForeignKey[Any, Any]:
    """The person; a plain foreign key, because a one-to-one would count the profiles in the trash."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name=related_name, verbose_name=_("user")
    )


def _one_per_user(message: Any) -> models.UniqueConstraint:
    return alive_unique("user", name="%(app_label)s_%(class)s_user", message=message)


class Profile(BaseModel):
    """The base of the four profiles."""

    user: Any  # the foreign key of each, see `_owner`

    class Meta(BaseModel.Meta):
        abstract = True

    def __str__(self) -> str:
        return str(self.user)

    def natural_key(self) -> tuple[Any, ...]:
        return self.user.natural_key()

    natural_key.dependencies = ["accounts.user"]  # type: ignore[attr-defined]


class StudentProfile(Profile):
    """Somebody who learns."""

    Level = Level

    user = _owner("student_profiles")
    level = models.CharField(_("level"), max_length=20, choices=Level, default=Level.ADULT)
    school = NameField(_("school"), max_length=150, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True, validators=[validate_birth_date])
    learning_goals = models.TextField(_("learning goals"), blank=True)

    objects = AliveManager.from_queryset(StudentProfileQuerySet)()
    all_objects = AllManager.from_queryset(StudentProfileQuerySet)()

    class Meta(Profile.Meta):
        verbose_name = _("student profile")
        verbose_name_plural = _("student profiles")
        constraints = [
            *Profile.Meta.constraints,
            _one_per_user(_("This person has a student profile already.")),
            models.CheckConstraint(
                condition=Q(level__in=Level.values),
                name="%(app_label)s_%(class)s_level",
                violation_error_message=_("Choose one of the levels offered."),
            ),
        ]
        indexes = [
            *Profile.Meta.indexes,
            NamedIndex(fields=["level"], name="%(app_label)s_%(class)s_by_level"),
            NamedIndex(fields=["school"], name="%(app_label)s_%(class)s_by_school"),
            NamedIndex(fields=["birth_date"], name="%(app_label)s_%(class)s_by_birth_date"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]


class ParentProfile(Profile):
    """Somebody who answers for students; see Guardianship."""

    Contact = Contact

    user = _owner("parent_profiles")
    preferred_contact = models.CharField(
        _("preferred contact"), max_length=10, choices=Contact, default=Contact.EMAIL
    )

    objects = AliveManager.from_queryset(ParentProfileQuerySet)()
    all_objects = AllManager.from_queryset(ParentProfileQuerySet)()

    class Meta(Profile.Meta):
        verbose_name = _("parent profile")
        verbose_name_plural = _("parent profiles")
        constraints = [
            *Profile.Meta.constraints,
            _one_per_user(_("This person has a parent profile already.")),
            models.CheckConstraint(
                condition=Q(preferred_contact__in=Contact.values),
                name="%(app_label)s_%(class)s_contact",
                violation_error_message=_("Choose one of the ways of contact offered."),
            ),
        ]
        indexes = [
            *Profile.Meta.indexes,
            NamedIndex(fields=["preferred_contact"], name="%(app_label)s_%(class)s_by_contact"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]


class TeacherProfile(Profile):
    """Somebody who teaches."""

    user = _owner("teacher_profiles")
    headline = NameField(_("headline"), max_length=150, blank=True)
    biography = models.TextField(_("biography"), blank=True)
    hourly_rate_amount = AmountField(_("hourly rate"), null=True, blank=True)
    hourly_rate_currency = CurrencyField(_("currency"))
    is_accepting_students = models.BooleanField(_("accepts students"), default=True)

    objects = AliveManager.from_queryset(TeacherProfileQuerySet)()
    all_objects = AllManager.from_queryset(TeacherProfileQuerySet)()

    class Meta(Profile.Meta):
        verbose_name = _("teacher profile")
        verbose_name_plural = _("teacher profiles")
        constraints = [
            *Profile.Meta.constraints,
            _one_per_user(_("This person has a teacher profile already.")),
            models.CheckConstraint(
                condition=Q(hourly_rate_amount__isnull=True) | Q(hourly_rate_amount__gte=0),
                name="%(app_label)s_%(class)s_hourly_rate",
                violation_error_message=_("An hourly rate is not negative."),
            ),
        ]
        indexes = [
            *Profile.Meta.indexes,
            NamedIndex(fields=["is_accepting_students"], name="%(app_label)s_%(class)s_accepting"),
            NamedIndex(fields=["hourly_rate_amount"], name="%(app_label)s_%(class)s_by_rate"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    @property
    def hourly_rate(self) -> Money | None:
        """The rate as one value, or None where none is agreed."""
        if self.hourly_rate_amount is None:
            return None
        return Money(self.hourly_rate_amount, self.hourly_rate_currency)


class AdminProfile(Profile):
    """Somebody who works in the back office."""

    user = _owner("admin_profiles")
    department = NameField(_("department"), max_length=100, blank=True)
    job_title = NameField(_("job title"), max_length=100, blank=True)

    objects = AliveManager.from_queryset(ProfileQuerySet)()
    all_objects = AllManager.from_queryset(ProfileQuerySet)()

    class Meta(Profile.Meta):
        verbose_name = _("staff profile")
        verbose_name_plural = _("staff profiles")
        constraints = [
            *Profile.Meta.constraints,
            _one_per_user(_("This person has a staff profile already.")),
        ]
        indexes = [
            *Profile.Meta.indexes,
            NamedIndex(fields=["department"], name="%(app_label)s_%(class)s_by_department"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]
