"""Subjects and who teaches them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.constraints import alive_unique
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager

from ..querysets import SubjectQuerySet


class Subject(BaseModel):
    """A field of teaching: courses belong to one, teachers to several."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("slug"), max_length=80, db_index=False)
    teachers = models.ManyToManyField(
        "accounts.TeacherProfile", blank=True, related_name="subjects", verbose_name=_("teachers")
    )

    objects = AliveManager.from_queryset(SubjectQuerySet)()
    all_objects = AllManager.from_queryset(SubjectQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        ordering = ["name", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "name",
                name="%(app_label)s_%(class)s_name",
                message=_("There is a subject with that name already."),
            ),
            alive_unique(
                "slug",
                name="%(app_label)s_%(class)s_slug",
                message=_("There is a subject with that slug already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    natural_key.dependencies = ["accounts.teacherprofile"]  # type: ignore[attr-defined]
