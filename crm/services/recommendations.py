"""Making recommendations for everybody as of a day."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import polars as pl
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.base.events import emit
from config.base.exceptions import DomainError
from config.base.querysets import now_ms
from config.base.staging import insert_frame, insert_staged, read_frame, stage

from ..choices import Exclusion
from ..contact_policy import exclusions
from ..events import RunCompleted
from ..locks import only_worker
from ..models import AuditItem, Customer, Product, RecoItem, RecoRun
from ..recommending.config import complete_config, config_hash
from ..recommending.loading import load_inputs
from ..recommending.making import Made, make_items
from ..stalling import is_abandoned
from ..validators import validate_day

#: Stands for the hash of the data until they have been read.
UNREAD = "0" * 64

#: How many runs may begin in the same millisecond.
ATTEMPTS = 20

#: Called with a step's name when it begins.
Progress = Callable[[str], None]


def recommend(
    *, as_of: date, config: Mapping[str, Any] | None = None, progress: Progress | None = None
) -> RecoRun:
    """Recommend up to three products to everybody who may be contacted on that day; see `crm.recommending`.

    The items and a note for everybody who gets none are written in one transaction: a run is complete, or FAILED
    without any of them. So is, from now on, every run whose process was killed. Settings that are not given have their
    defaults. Two runs at once are two runs. Raises ValidationError for a day outside 1900–2100 or naming the setting
    that does not fit, DomainError `changed` when customers or products were deleted or merged while the run was made.
    """
    validate_day(as_of)
    settings = complete_config(config)
    end_abandoned_runs()
    run = _begin(as_of, settings)
    clock = Stopwatch(progress)
    with only_worker(run):
        try:
            with transaction.atomic():
                _carry_out(run, settings, clock)
        except BaseException:
            _finish(run, RecoRun.Status.FAILED, timings=clock.seconds)
            raise
    return run


def end_abandoned_runs() -> list[RecoRun]:
    """Note as FAILED the runs whose process was killed; they left nothing behind. Returns them."""
    ended = []
    for run in RecoRun.objects.running().order_by("pk"):
        with transaction.atomic():
            stored = RecoRun.objects.select_for_update(no_key=True).get(pk=run.pk)
            if is_abandoned(stored):
                _finish(stored, RecoRun.Status.FAILED)
                ended.append(stored)
    return ended


class Stopwatch:
    """How many seconds each step took."""

    def __init__(self, progress: Progress | None) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress

    @contextmanager
    def step(self, name: str) -> Any:
        if self._progress is not None:
            self._progress(name)
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(time.perf_counter() - start, 3)


def _begin(as_of: date, settings: dict[str, Any]) -> RecoRun:
    """The run, for all to see that it is on. Of two of the same millisecond the second takes the next one."""
    for _attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return RecoRun.objects.create(
                    as_of=as_of, config=settings, config_hash=config_hash(settings), input_hash=UNREAD
                )
        except IntegrityError:
            time.sleep(0.001)
    raise DomainError(_("Too many runs were started at this moment."), code="busy")


def _carry_out(run: RecoRun, settings: dict[str, Any], clock: Stopwatch) -> None:
    with clock.step("load"):
        inputs = load_inputs(as_of=run.as_of, config=settings)
    with clock.step("hash"):
        run.input_hash = inputs.hash()
    with clock.step("score"):
        made = make_items(inputs, settings)
    with clock.step("write"):
        _require_unchanged(run, settings, inputs.excluded)
        _write_items(run, made)
        _write_exclusions(run, settings, made)
    _finish(run, RecoRun.Status.DONE, counts=made.counts(), timings=clock.seconds)
    emit(RunCompleted(run_id=run.pk))


def _finish(run: RecoRun, status: str, **values: Any) -> None:
    run.status = status
    run.finished_at = max(now_ms(), run.started_at)
    for name, value in values.items():
        setattr(run, name, value)
    run.save(update_fields=["status", "finished_at", "input_hash", *values])


def _require_unchanged(run: RecoRun, settings: dict[str, Any], excluded: pl.DataFrame) -> None:
    """Who opted out while the run was made gets nothing either: better another run than one that comes too late."""
    now = exclusions(run.as_of, settings["silence_days"], settings["time_zone"])
    if not now.join(excluded, on="customer", how="anti").is_empty():
        raise _changed()


def _changed() -> DomainError:
    return DomainError(
        _("Customers or products changed while the recommendations were made. Start the run again."),
        code="changed",
    )


def _write_items(run: RecoRun, made: Made) -> None:
    """Parents are looked at again once their items stand there, so that none hangs under what was deleted meanwhile.

    From then on whoever merges a customer waits for the items.
    """
    keyed = made.items.rename({"customer": "customer_id", "product": "product_id"})
    insert_frame(RecoItem, keyed.with_columns(run_id=pl.lit(run.pk)))
    parents = {
        "customer": f"SELECT id FROM {Customer._meta.db_table} WHERE NOT is_deleted AND merged_into_id IS NULL",
        "product": f"SELECT id FROM {Product._meta.db_table} WHERE NOT is_deleted AND is_active",
    }
    for name, sql in parents.items():
        alive = read_frame(sql, schema={name: pl.Int64})
        if not made.items.join(alive, on=name, how="anti").is_empty():
            raise _changed()


def _write_exclusions(run: RecoRun, settings: dict[str, Any], made: Made) -> None:
    """A note for each customer who gets nothing, numbered in the order of their codes."""
    notes = made.excluded.with_row_index("number", offset=1).with_columns(
        code=pl.col("reason").str.to_lowercase(),
        message=pl.col("reason").replace_strict(_messages(settings), return_dtype=pl.String),
    )
    values = {
        "run_id": str(run.pk),
        "number": "s.number",
        "severity": f"'{AuditItem.Severity.INFO}'",
        "code": "s.code",
        "object_type": f"'{Customer._meta.label_lower}'",
        "object_id": "s.customer",
        "message": "s.message",
    }
    with stage(notes.drop("reason")) as table:
        insert_staged(AuditItem, table, values)


def _messages(settings: dict[str, Any]) -> dict[str, str]:
    return {
        str(Exclusion.BOUNCED): _("Nothing is recommended: messages to this customer bounce."),
        str(Exclusion.OPTED_OUT): _("Nothing is recommended: this customer opted out."),
        str(Exclusion.UNCONTACTABLE): _("Nothing is recommended: this customer is not to be contacted."),
        str(Exclusion.SILENCE): ngettext(
            "Nothing is recommended: this customer was contacted on the day of the run.",
            "Nothing is recommended: this customer was contacted less than %(days)d days from the run.",
            settings["silence_days"],
        )
        % {"days": settings["silence_days"]},
        str(Exclusion.NO_CANDIDATE): _("Nothing is recommended: no product suits."),
    }
