"""What an import or a run noticed and somebody may have to look at."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.constraints_vendor import SearchIndex
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.rules import at_least_one, one_of

from .. import shapes
from ..querysets import AuditItemQuerySet
from ..validators import validate_code


class Severity(models.TextChoices):
    INFO = "INFO", _("information")
    WARNING = "WARNING", _("warning")
    ERROR = "ERROR", _("error")


class AuditItem(BaseModel):
    """A note of an import or a run, about a row of the file or an object, numbered in the order of noting.

    The object is kept by type and number without a constraint, so that the note outlives it. `code` is stable, the
    message is for people, `details` hold the values concerned.
    """

    Severity = Severity

    json_shapes = {"details": shapes.DETAILS}

    batch = models.ForeignKey(
        "crm.ImportBatch",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="audit_items",
        db_index=False,
        verbose_name=_("import"),
    )
    run = models.ForeignKey(
        "crm.RecoRun",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="audit_items",
        db_index=False,
        verbose_name=_("run"),
    )
    number = models.PositiveIntegerField(_("number"))
    severity = models.CharField(_("severity"), max_length=7, choices=Severity.choices)
    code = models.CharField(_("code"), max_length=50, validators=[validate_code])
    row_number = models.PositiveIntegerField(_("line of the file"), null=True, blank=True)
    object_type = models.CharField(_("kind of object"), max_length=100, blank=True, default="")
    object_id = models.BigIntegerField(_("number of the object"), null=True, blank=True)
    message = models.TextField(_("message"))
    details = models.JSONField(_("details"), default=dict, blank=True)
    resolved_at = models.DateTimeField(_("resolved on"), null=True, blank=True)

    objects = AliveManager.from_queryset(AuditItemQuerySet)()
    all_objects = AllManager.from_queryset(AuditItemQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("audit item")
        verbose_name_plural = _("audit items")
        ordering = ["-id"]
        constraints = [
            *BaseModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(batch__isnull=False, run__isnull=True) | Q(batch__isnull=True, run__isnull=False),
                name="%(app_label)s_%(class)s_origin",
                violation_error_message=_("A note is of an import or of a run: of one of the two."),
            ),
            models.CheckConstraint(
                condition=Q(object_type="", object_id__isnull=True)
                | (~Q(object_type="") & Q(object_id__isnull=False)),
                name="%(app_label)s_%(class)s_object",
                violation_error_message=_("An object has a kind and a number, or neither."),
            ),
            alive_unique(
                *("batch", "number"),
                name="%(app_label)s_%(class)s_batch_number",
                message=_("This import has a note of that number already."),
            ),
            alive_unique(
                *("run", "number"),
                name="%(app_label)s_%(class)s_run_number",
                message=_("This run has a note of that number already."),
            ),
            one_of("severity", Severity),
            at_least_one("number", message=_("The notes are numbered from 1.")),
            at_least_one("row_number", message=_("The lines of a file are numbered from 1.")),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            # the notes of an import in their order, its errors first in the list
            NamedIndex(fields=["batch", "number"], name="%(app_label)s_%(class)s_by_batch"),
            # the notes of a run in their order
            NamedIndex(fields=["run", "number"], name="%(app_label)s_%(class)s_by_run"),
            # errors, warnings, information
            NamedIndex(fields=["severity", "-id"], name="%(app_label)s_%(class)s_by_severity"),
            # every note of a code, such as the exclusions for silence
            NamedIndex(fields=["code", "-id"], name="%(app_label)s_%(class)s_by_code"),
            # what is still open
            NamedIndex(fields=["resolved_at"], name="%(app_label)s_%(class)s_by_resolution"),
            # what was noted about an object
            NamedIndex(fields=["object_type", "object_id"], name="%(app_label)s_%(class)s_about"),
            # the same by the number alone
            NamedIndex(fields=["object_id"], name="%(app_label)s_%(class)s_by_object"),
            # the notes in the order of the file
            NamedIndex(fields=["row_number"], name="%(app_label)s_%(class)s_by_row"),
            # the newest first
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
            # a part of these texts, blind to case and accents
            SearchIndex(fields=["message", "code"], name="%(app_label)s_%(class)s_search"),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.number}"

    def natural_key(self) -> tuple[Any, ...]:
        origin, parent = ("batch", self.batch) if self.batch_id else ("run", self.run)
        return (origin, *(parent.natural_key() if parent else ()), self.number)

    natural_key.dependencies = ["crm.importbatch", "crm.recorun"]  # type: ignore[attr-defined]
