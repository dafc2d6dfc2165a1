"""Runs of the recommendations, and what they recommend to whom, and why."""

from __future__ import annotations

import math
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.base.constraints import NamedIndex, alive_unique
from config.base.deletion import KEEP
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager, now_ms
from config.base.rules import one_of

from .. import shapes
from ..choices import Scenario
from ..fields import DigestField, in_range, is_digest
from ..querysets import RecoItemQuerySet, RecoRunQuerySet

#: How far the components of a score may be from it: what adding floats in another order changes, and no more.
TOLERANCE = 1e-9


class RunStatus(models.TextChoices):
    RUNNING = "RUNNING", _("running")
    DONE = "DONE", _("completed")
    FAILED = "FAILED", _("failed")


class RecoRun(BaseModel):
    """Recommendations for everybody as of the beginning of a day; no order line on or after it is read.

    The same configuration over the same data gives the same items: the two hashes say which. The configuration is
    kept as it was, so that later settings never rewrite what a run meant.
    """

    Status = RunStatus

    json_shapes = {"config": shapes.CONFIG, "counts": shapes.COUNTS, "timings": shapes.TIMINGS}

    as_of = models.DateField(_("as of"))
    config = models.JSONField(_("configuration"), blank=True)
    config_hash = DigestField(_("hash of the configuration"))
    input_hash = DigestField(_("hash of the data"))
    status = models.CharField(_("status"), max_length=7, choices=Status.choices, default=Status.RUNNING)
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    timings = models.JSONField(_("seconds"), default=dict, blank=True)
    started_at = models.DateTimeField(_("started"), default=now_ms)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = AliveManager.from_queryset(RecoRunQuerySet)()
    all_objects = AllManager.from_queryset(RecoRunQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("recommendation run")
        verbose_name_plural = _("recommendation runs")
        ordering = ["-started_at", "-id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                *("as_of", "started_at"),
                name="%(app_label)s_%(class)s_once",
                message=_("A run as of that day started at that moment already."),
            ),
            one_of("status", RunStatus),
            is_digest("config_hash"),
            is_digest("input_hash"),
            models.CheckConstraint(
                condition=(
                    ~Q(status="RUNNING") & Q(started_at__lte=F("finished_at")) & Q(finished_at__isnull=False)
                )
                | Q(status="RUNNING", finished_at__isnull=True),
                name="%(app_label)s_%(class)s_finished",
                violation_error_message=_("A run is finished, after it started, unless it is running."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            # the newest runs first
            NamedIndex(fields=["-started_at", "-id"], name="%(app_label)s_%(class)s_by_start"),
            # the runs as of a day
            NamedIndex(fields=["as_of", "-started_at"], name="%(app_label)s_%(class)s_by_day"),
            # what is running, what failed
            NamedIndex(fields=["status", "-started_at"], name="%(app_label)s_%(class)s_by_status"),
            # was this very run made before?
            NamedIndex(fields=["config_hash", "input_hash"], name="%(app_label)s_%(class)s_by_hash"),
            # runs over the same data
            NamedIndex(fields=["input_hash"], name="%(app_label)s_%(class)s_by_input"),
        ]

    def __str__(self) -> str:
        return f"{self.as_of} · {localtime(self.started_at):%Y-%m-%d %H:%M}"

    def natural_key(self) -> tuple[Any, ...]:
        return (self.as_of, self.started_at)


class RecoItem(BaseModel):
    """One product recommended to one customer by one run, with the reasons that make up its score.

    A customer in the holdout, picked by a hash, gets items that nobody is contacted about: what they buy anyway is
    what the others' purchases are compared with.
    """

    Scenario = Scenario

    json_shapes = {"reasons": shapes.REASONS}

    run = models.ForeignKey(
        "crm.RecoRun", models.CASCADE, related_name="items", db_index=False, verbose_name=_("run")
    )
    customer = models.ForeignKey(
        "crm.Customer", KEEP, related_name="reco_items", db_index=False, verbose_name=_("customer")
    )
    product = models.ForeignKey(
        "crm.Product", models.PROTECT, related_name="reco_items", db_index=False, verbose_name=_("product")
    )
    rank = models.PositiveSmallIntegerField(
        _("rank"), validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    scenario = models.CharField(_("scenario"), max_length=10, choices=Scenario.choices)
    score = models.FloatField(pgettext_lazy("recommendation", "score"))
    reasons = models.JSONField(_("reasons"), blank=True)
    explanation_fr = models.TextField(_("explanation in French"))
    explanation_en = models.TextField(_("explanation in English"))
    is_holdout = models.BooleanField(_("not to be contacted: for comparison"), default=False)

    objects = AliveManager.from_queryset(RecoItemQuerySet)()
    all_objects = AllManager.from_queryset(RecoItemQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering = ["-run_id", "customer_id", "rank"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                *("run", "customer", "rank"),
                name="%(app_label)s_%(class)s_rank",
                message=_("This run recommends something at that rank to this customer already."),
            ),
            alive_unique(
                *("run", "customer", "product"),
                name="%(app_label)s_%(class)s_product",
                message=_("This run recommends that product to this customer already."),
            ),
            one_of("scenario", Scenario),
            in_range("rank", low=1, high=3, name="rank_range", message=_("A rank is from 1 to 3.")),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            # the items of a run in their order: the list, the export
            NamedIndex(fields=["run", "customer", "rank"], name="%(app_label)s_%(class)s_by_run"),
            # the list of all items, the newest runs first
            NamedIndex(fields=["-run", "customer", "rank"], name="%(app_label)s_%(class)s_newest"),
            # what a customer was recommended, by the newest runs first
            NamedIndex(fields=["customer", "-run"], name="%(app_label)s_%(class)s_by_customer"),
            # to whom a product was recommended
            NamedIndex(fields=["product", "-run"], name="%(app_label)s_%(class)s_by_product"),
            # the items of a scenario
            NamedIndex(fields=["scenario", "-run"], name="%(app_label)s_%(class)s_by_scenario"),
            # first choices alone
            NamedIndex(fields=["rank"], name="%(app_label)s_%(class)s_by_rank"),
            # the highest scores first
            NamedIndex(fields=["-score"], name="%(app_label)s_%(class)s_by_score"),
            # whom nobody contacts
            NamedIndex(fields=["is_holdout"], name="%(app_label)s_%(class)s_by_holdout"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.product}"

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.run.natural_key(), *self.customer.natural_key(), self.rank)

    natural_key.dependencies = ["crm.recorun", "crm.customer", "crm.product"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        if self.score is not None and not self.is_explained():
            raise ValidationError(
                {"reasons": _("The components do not add up to the score.")}, code="components"
            )

    def is_explained(self) -> bool:
        """Do the components of the reasons sum to the score, within 1e-9? True of reasons that have no shape yet."""
        try:
            total = math.fsum(each["value"] for each in self.reasons["components"])
        except (KeyError, TypeError):
            return True  # the declared shape says what is missing
        return abs(total - self.score) <= TOLERANCE
