"""Who answers for whom."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager

from ..querysets import GuardianshipQuerySet
from .profiles import ParentProfile, StudentProfile


class Relationship(models.TextChoices):
    MOTHER = "MOTHER", _("Mother")
    FATHER = "FATHER", _("Father")
    GUARDIAN = "GUARDIAN", _("Guardian")
    OTHER = "OTHER", _("Other")


class Guardianship(BaseModel):
    """A parent of a student, and what the parent may do for them."""

    Relationship = Relationship

    parent = models.ForeignKey(
        ParentProfile, models.CASCADE, related_name="guardianships", verbose_name=_("parent")
    )
    student = models.ForeignKey(
        StudentProfile, models.CASCADE, related_name="guardianships", verbose_name=_("student")
    )
    relationship = models.CharField(
        _("relationship"), max_length=20, choices=Relationship, default=Relationship.GUARDIAN
    )
    is_primary = models.BooleanField(_("first contact"), default=False)
    can_view_progress = models.BooleanField(_("may see the progress"), default=True)
    can_book = models.BooleanField(_("may book"), default=False)

    objects = AliveManager.from_queryset(GuardianshipQuerySet)()
    all_objects = AllManager.from_queryset(GuardianshipQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("guardianship")
        verbose_name_plural = _("guardianships")
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "parent",
                "student",
                name="%(app_label)s_%(class)s_pair",
                message=_("This parent is a guardian of this student already."),
            ),
            alive_unique(
                "student",
                name="%(app_label)s_%(class)s_primary",
                condition=Q(is_primary=True),
                message=_("This student has another first contact already."),
            ),
            models.CheckConstraint(
                condition=Q(relationship__in=Relationship.values),
                name="%(app_label)s_%(class)s_relationship",
                violation_error_message=_("Choose one of the relationships offered."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["relationship"], name="%(app_label)s_%(class)s_by_relationship"),
            NamedIndex(fields=["is_primary"], name="%(app_label)s_%(class)s_by_primary"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.parent} → {self.student}"

    def clean(self) -> None:
        """Nobody is their own guardian."""
        super().clean()
        if self.parent_id and self.student_id and self.parent.user_id == self.student.user_id:
            raise ValidationError({"student": _("Nobody is their own guardian.")}, code="self")

    def natural_key(self) -> tuple[str, str]:
        return (self.parent.user.username, self.student.user.username)

    natural_key.dependencies = ["accounts.parentprofile", "accounts.studentprofile"]  # type: ignore[attr-defined]
