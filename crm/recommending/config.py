"""The settings of a run: complete, checked, and named by a hash.

A run keeps every setting that decides it, those that nobody gave too, so that later defaults never rewrite what it
meant. The hash also covers the version of the engine: another way of scoring is another configuration.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from config.base.shapes import check_shape

from .. import shapes
from ..validators import validate_storable

#: Raise it whenever the same settings over the same data may give other items, scores or words.
ENGINE = 1

#: What the components of the scores of the simpler scenarios count for; how they are made: see `offers`.
WEIGHTS = {
    "upsell_popularity": 1.0,
    "upsell_grape": 0.5,
    "upsell_step": 0.25,
    "winback_popularity": 1.0,
    "nurture_popularity": 1.0,
    "nurture_taste": 1.0,
}


def default_config() -> dict[str, Any]:
    """The settings of a run for which nobody asked for others.

    `silence_days`: nobody who was contacted in that many days is recommended anything; `attribution_days`: how long a
    purchase is credited; `holdout_percent` of the customers, picked by a hash of their code and `holdout_salt`, are
    not contacted; `lapsed_days` without a purchase is lapsed; fewer than `nurture_orders` orders is too little
    history. Days are those of the calendar of `time_zone`.
    """
    return {
        "silence_days": 14,
        "attribution_days": 30,
        "holdout_percent": 10,
        "holdout_salt": "holdout",
        "lapsed_days": 180,
        "nurture_orders": 2,
        "items_per_customer": 3,
        "time_zone": settings.TIME_ZONE,
        "weights": dict(WEIGHTS),
    }


def complete_config(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The settings that were given over the defaults. Raises ValidationError naming the key that does not fit."""
    if given is not None and not isinstance(given, Mapping):
        raise _refused(_("The settings are an object: the names of settings, each with its value."))
    config = {**default_config(), **(given or {})}
    if isinstance(config["weights"], Mapping):
        config["weights"] = {**WEIGHTS, **config["weights"]}
    try:
        validate_storable(config)
        check_shape(config, shapes.CONFIG)
    except ValidationError as error:
        raise ValidationError({"config": error.error_list}) from error
    unknown = sorted(set(config["weights"]) - set(WEIGHTS))
    if unknown:
        raise _refused(_("weights: the key %(keys)s is unknown.") % {"keys": ", ".join(unknown)})
    try:
        ZoneInfo(config["time_zone"])
        pl.Series([], dtype=pl.Datetime("ms", "UTC")).dt.convert_time_zone(config["time_zone"])
    except (ZoneInfoNotFoundError, ValueError, OSError, pl.exceptions.ComputeError) as error:
        raise _refused(
            _("time_zone: there is no time zone “%(name)s”.") % {"name": config["time_zone"]}
        ) from error
    return _canonical(config)


def config_hash(config: Mapping[str, Any]) -> str:
    """The SHA-256 of the settings and of the engine's version, as JSON with sorted keys and no spaces."""
    text = json.dumps(
        {"config": config, "engine": ENGINE}, sort_keys=True, separators=(",", ":"), ensure_ascii=True
    )
    return sha256(text.encode()).hexdigest()


def _canonical(config: dict[str, Any]) -> dict[str, Any]:
    """One way to write each value: JSON Schema takes 14.0 for a whole number, and a weight of 1 is one of 1.0."""
    plain = {name: int(value) if isinstance(value, float) else value for name, value in config.items()}
    weights = {name: float(value) + 0.0 for name, value in config["weights"].items()}  # no -0.0
    return {**plain, "weights": dict(sorted(weights.items()))}


def _refused(message: str) -> ValidationError:
    return ValidationError({"config": [ValidationError(message, code="config")]})
