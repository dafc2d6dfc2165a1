"""Templates: which bricks a document takes, in which order."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.rules import at_least_one, one_of
from config.base.shapes import shape_errors

from .. import shapes
from ..choices import DocumentType
from ..querysets import LAYOUT_FIELDS, ContentTemplateQuerySet


class ContentTemplate(BaseModel):
    """Ordered slots and a closed list of placeholders: data, never a language. The shapes are in `content.shapes`.

    `revision` rises with every change of the document type, the slots or the placeholders, and never falls: a
    document's manifest says by which revision it was made.
    """

    Type = DocumentType

    json_shapes = {"slots": shapes.SLOTS, "placeholders": shapes.PLACEHOLDERS}

    slug = models.SlugField(_("slug"), max_length=80, db_index=False)
    name = models.CharField(_("name"), max_length=255)
    document_type = models.CharField(_("kind of document"), max_length=14, choices=DocumentType)
    slots = models.JSONField(_("slots"), help_text=_("In the order of the document."))
    placeholders = models.JSONField(
        _("placeholders"),
        default=list,
        blank=True,
        help_text=_("What is filled in at the head and the foot."),
    )
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)

    objects = AliveManager.from_queryset(ContentTemplateQuerySet)()
    all_objects = AllManager.from_queryset(ContentTemplateQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["name", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "slug",
                name="%(app_label)s_%(class)s_slug",
                message=_("There is a template with that slug already."),
            ),
            one_of("document_type", DocumentType),
            at_least_one("revision", message=_("Revisions are numbered from 1.")),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["name", "id"], name="%(app_label)s_%(class)s_by_name"),
            NamedIndex(fields=["document_type"], name="%(app_label)s_%(class)s_by_type"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def clean(self) -> None:
        super().clean()
        if shape_errors(ContentTemplate, {"slots": self.slots}):
            return  # clean_fields has said so, key by key
        try:
            shapes.check_slots(self.slots)
        except ValidationError as error:
            raise ValidationError({"slots": error}) from error

    def _save_table(
        self,
        raw: bool = False,
        cls: Any = None,
        force_insert: Any = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Any = None,
    ) -> bool:
        """Raise the revision when the layout changes: here, because a fixture does not pass through `save()`."""
        written = LAYOUT_FIELDS if update_fields is None else LAYOUT_FIELDS.intersection(update_fields)
        stored = None
        if written and self.pk is not None and not force_insert:
            rows = ContentTemplate.all_objects.using(using).filter(pk=self.pk)
            stored = rows.values("revision", *LAYOUT_FIELDS).first()
        if stored is not None:
            changed = any(stored[name] != getattr(self, name) for name in written)
            self.revision = stored["revision"] + changed
            if changed and update_fields is not None:
                update_fields = {*update_fields, "revision"}
        return super()._save_table(raw, cls, force_insert, force_update, using, update_fields)
