"""Imports: which file was read, how, and what became of its rows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager, now_ms
from config.base.rules import one_of

from .. import shapes
from ..fields import DigestField, is_digest
from ..querysets import ImportBatchQuerySet


class ImportKind(models.TextChoices):
    ORDERS = "ORDERS", _("orders")
    PRODUCTS = "PRODUCTS", _("products")
    CUSTOMERS = "CUSTOMERS", _("customers")
    CONTACTS = "CONTACTS", _("contacts")


class ImportStatus(models.TextChoices):
    QUEUED = "QUEUED", _("waiting")
    RUNNING = "RUNNING", _("running")
    DONE = "DONE", _("completed")
    FAILED = "FAILED", _("failed")
    CANCELLED = "CANCELLED", _("cancelled")
    UNDONE = "UNDONE", _("undone")


#: States in which an import has not come to an end.
UNFINISHED = ("QUEUED", "RUNNING")


class ImportBatch(BaseModel):
    """One real import of one file; a dry run leaves none. The importer's, read-only to everybody else.

    How far it has come (`bytes_read` of `bytes_total`, last told at `progress_at`) and the wish to stop it are
    heartbeats, without a version.

    Every row of the file is accounted for: created + updated + unchanged + rejected = read, once it is done.
    """

    Kind = ImportKind
    Status = ImportStatus

    untracked_fields = ("bytes_total", "bytes_read", "progress_at", "cancel_requested")
    json_shapes = {"mapping": shapes.MAPPING}

    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    file_name = models.CharField(_("file"), max_length=255)
    sha256 = DigestField(_("SHA-256 of the file"))
    mapping = models.JSONField(_("mapping"), blank=True)
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.RUNNING)
    rows_read = models.PositiveIntegerField(_("rows read"), default=0)
    rows_created = models.PositiveIntegerField(_("rows created"), default=0)
    rows_updated = models.PositiveIntegerField(_("rows updated"), default=0)
    rows_unchanged = models.PositiveIntegerField(_("rows unchanged"), default=0)
    rows_rejected = models.PositiveIntegerField(_("rows rejected"), default=0)
    started_at = models.DateTimeField(_("started"), default=now_ms)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    bytes_total = models.PositiveBigIntegerField(_("size in bytes"), default=0, db_default=0)
    bytes_read = models.PositiveBigIntegerField(_("bytes read"), default=0, db_default=0)
    progress_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    cancel_requested = models.BooleanField(_("to be cancelled"), default=False, db_default=False)
    failure = models.TextField(_("what went wrong"), blank=True, default="", db_default="")
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="import_batches",
        db_index=False,
        verbose_name=_("imported by"),
    )

    objects = AliveManager.from_queryset(ImportBatchQuerySet)()
    all_objects = AllManager.from_queryset(ImportBatchQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-started_at", "-id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                *("kind", "sha256", "started_at"),
                name="%(app_label)s_%(class)s_once",
                message=_("This file is being imported already."),
            ),
            one_of("kind", ImportKind),
            one_of("status", ImportStatus),
            is_digest("sha256"),
            models.CheckConstraint(
                condition=~Q(status__in=["DONE", "UNDONE"])
                | Q(
                    rows_read=F("rows_created") + F("rows_updated") + F("rows_unchanged") + F("rows_rejected")
                ),
                name="%(app_label)s_%(class)s_accounted",
                violation_error_message=_("Created, updated, unchanged and rejected make up what was read."),
            ),
            models.CheckConstraint(
                condition=(
                    ~Q(status__in=["QUEUED", "RUNNING"])
                    & Q(started_at__lte=F("finished_at"))
                    & Q(finished_at__isnull=False)
                )
                | Q(status__in=["QUEUED", "RUNNING"], finished_at__isnull=True),
                name="%(app_label)s_%(class)s_finished",
                violation_error_message=_(
                    "An import is finished, after it started, unless it is waiting or running."
                ),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            # the newest imports first
            NamedIndex(fields=["-started_at", "-id"], name="%(app_label)s_%(class)s_by_start"),
            # the newest imports of a kind
            NamedIndex(fields=["kind", "-started_at"], name="%(app_label)s_%(class)s_by_kind"),
            # what is running, what failed
            NamedIndex(fields=["status", "-started_at"], name="%(app_label)s_%(class)s_by_status"),
            # was this file read before?
            NamedIndex(fields=["sha256"], name="%(app_label)s_%(class)s_by_file"),
            # what somebody imported
            NamedIndex(fields=["imported_by", "-started_at"], name="%(app_label)s_%(class)s_by_person"),
            # the longest files first
            NamedIndex(fields=["-rows_read"], name="%(app_label)s_%(class)s_by_rows"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} · {localtime(self.started_at):%Y-%m-%d %H:%M}"

    def natural_key(self) -> tuple[Any, ...]:
        return (self.kind, self.sha256, self.started_at)

    natural_key.dependencies = [settings.AUTH_USER_MODEL]  # type: ignore[attr-defined]
