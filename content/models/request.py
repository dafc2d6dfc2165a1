"""Requests for documents: who wants what, drawn from which seed, and how far it is."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, UniqueEver, alive_unique
from config.base.deletion import KEEP
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.rules import one_of
from config.base.shapes import shape_errors

from .. import shapes
from ..choices import Level, RequestStatus, Variant
from ..querysets import DocumentRequestQuerySet


def random_seed() -> int:
    """A seed for who names none: below 2³¹, so that people can copy it and every JSON reader keeps it whole."""
    return secrets.randbelow(2**31)


def both_variants() -> list[str]:
    """The student's copy and the teacher's."""
    return list(Variant.values)


class DocumentRequest(BaseModel):
    """Somebody asks for a document: by a template, on a subject, at a level, for a student or for nobody in particular.

    The engine owns `status`, `progress` and `error`; what was asked is changed only before it is taken up. People,
    subject and template are pointed at by KEEP: a request is provenance, and stays what it was when they go. A
    request with documents is not deleted.

    `reference` names the request in fixtures and file names, where its number would say how many there are.
    `seed` decides which of the matching bricks are drawn: the same request, seed and stock give the same document.
    `idempotency_key` makes a repeated request of the same person the same one.

    `manifest` is fixed once the bricks are picked: whoever takes the work up again after a killed worker renders the
    same document, and another request of the same student takes other bricks meanwhile. `progress_at` is the
    worker's last sign of life, `attempts` how often the work was begun.
    """

    Status = RequestStatus

    json_shapes = {"criteria": shapes.CRITERIA, "variants": shapes.VARIANTS, "manifest": shapes.MANIFEST}
    untracked_fields = ("progress", "progress_at")

    reference = models.UUIDField(_("reference"), default=uuid.uuid4, editable=False)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, KEEP, related_name="document_requests", verbose_name=_("requester")
    )
    student = models.ForeignKey(
        "accounts.StudentProfile",
        KEEP,
        null=True,
        blank=True,
        related_name="document_requests",
        verbose_name=_("student"),
    )
    template = models.ForeignKey(
        "content.ContentTemplate", KEEP, related_name="requests", verbose_name=_("template")
    )
    subject = models.ForeignKey(
        "courses.Subject", KEEP, related_name="document_requests", verbose_name=_("subject")
    )
    level = models.CharField(_("level"), max_length=20, choices=Level)
    criteria = models.JSONField(
        _("criteria"),
        default=dict,
        blank=True,
        help_text=_('Narrows the choice: {"tags": ["fractions"], "difficulty_max": 3}.'),
    )
    seed = models.PositiveBigIntegerField(_("seed"), default=random_seed)
    variants = models.JSONField(_("copies"), default=both_variants)
    idempotency_key = models.CharField(_("idempotency key"), max_length=100, null=True, blank=True)
    status = models.CharField(_("status"), max_length=7, choices=RequestStatus, default=RequestStatus.QUEUED)
    progress = models.PositiveSmallIntegerField(
        _("progress in percent"), default=0, editable=False, validators=[MaxValueValidator(100)]
    )
    progress_at = models.DateTimeField(_("last sign of life"), null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0, editable=False)
    manifest = models.JSONField(_("manifest"), null=True, blank=True, editable=False)
    error = models.TextField(_("error"), null=True, blank=True)

    objects = AliveManager.from_queryset(DocumentRequestQuerySet)()
    all_objects = AllManager.from_queryset(DocumentRequestQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("document request")
        verbose_name_plural = _("document requests")
        ordering = ["-created_at", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            UniqueEver(
                fields=["reference"],
                name="%(app_label)s_%(class)s_reference",
                violation_error_message=_("There is, or was, a request with that reference."),
            ),
            alive_unique(
                "requester",
                "idempotency_key",
                name="%(app_label)s_%(class)s_idempotency_key",
                message=_("This person has made a request with that key already."),
            ),
            models.CheckConstraint(
                condition=~Q(idempotency_key=""),
                name="%(app_label)s_%(class)s_key_or_none",
                violation_error_message=_("An idempotency key is not empty: leave it out instead."),
            ),
            one_of("level", Level),
            one_of("status", RequestStatus),
            models.CheckConstraint(
                condition=Q(seed__gte=0),
                name="%(app_label)s_%(class)s_seed",
                violation_error_message=_("A seed is not negative."),
            ),
            models.CheckConstraint(
                condition=Q(progress__gte=0, progress__lte=100),
                name="%(app_label)s_%(class)s_progress",
                violation_error_message=_("A percentage is between 0 and 100."),
            ),
            models.CheckConstraint(
                condition=(Q(status="FAILED", error__isnull=False) & ~Q(error=""))
                | (~Q(status="FAILED") & Q(error__isnull=True)),
                name="%(app_label)s_%(class)s_error",
                violation_error_message=_("A request has an error exactly when it has failed."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["status", "created_at"], name="%(app_label)s_%(class)s_queue"),
            NamedIndex(fields=["level"], name="%(app_label)s_%(class)s_by_level"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.template} · {self.subject}"

    def natural_key(self) -> tuple[str]:
        return (str(self.reference),)

    natural_key.dependencies = [  # type: ignore[attr-defined]
        "accounts.studentprofile",
        "content.contenttemplate",
        "courses.subject",
        settings.AUTH_USER_MODEL,
    ]

    def clean(self) -> None:
        super().clean()
        self.idempotency_key = self.idempotency_key or None
        self._refuse_change_of_work_begun()
        if shape_errors(DocumentRequest, {"criteria": self.criteria}):
            return  # clean_fields has said so, key by key
        try:
            shapes.check_range(self.criteria)
        except ValidationError as error:
            raise ValidationError({"criteria": error}) from error

    @property
    def is_begun(self) -> bool:
        """Has it been taken up, or were its bricks fixed by a worker that died? Then what was asked stays."""
        return self.status != RequestStatus.QUEUED or self.manifest is not None

    def _refuse_change_of_work_begun(self) -> None:
        stored = DocumentRequest.all_objects.filter(pk=self.pk).only("status", "manifest").first()
        if stored is not None and stored.is_begun:
            raise ValidationError(
                _("This request has been taken up: make another one instead."), code="work_begun"
            )
