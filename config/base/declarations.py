"""The registry of what is stored of a person; `config.base.personal` says how it is used, and is what apps import."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils.module_loading import autodiscover_modules

from .introspection import is_kernel_model
from .mentions import Kind


@dataclass
class Person:
    """Whose data: one person, or those who share a name with one; filled in the order of declaration."""

    users: frozenset[int]
    #: {model: keys of the rows that are theirs}
    keys: dict[Any, set[Any]] = field(default_factory=dict)
    #: What identifies them, now and formerly, by kind.
    values: dict[Kind, set[str]] = field(default_factory=lambda: defaultdict(set))
    #: {text as compared: text as written}: all; those that count in linked rows; those that count everywhere.
    needles: dict[str, str] = field(default_factory=dict)
    telling: dict[str, str] = field(default_factory=dict)
    proven: dict[str, str] = field(default_factory=dict)
    #: Values, in lower case, that the person claimed and nobody confirmed.
    unproven: set[str] = field(default_factory=set)

    def rows(self, label: str) -> set[Any]:
        """The keys of their rows of a model declared before."""
        return self.keys.get(apps.get_model(label), set())


Own = Callable[[Person], Q]


@dataclass(frozen=True)
class Personal:
    """What one model holds of people; see the module."""

    model: Any
    own: Own
    identifies: Mapping[str, Kind]
    export: tuple[str, ...]
    exported: Own
    blank: Mapping[str, Any]
    about: Own
    mention: tuple[str, ...]
    proven: tuple[str, ...]
    claimed: Q | None
    impersonal: Mapping[str, str]
    purge: bool


_declared: dict[Any, Personal] = {}
_left: dict[Any, str] = {}
ERASERS: list[Callable[[Person], None]] = []


def declare(
    label: str,
    *,
    own: Own,
    identifies: Mapping[str, Kind] | None = None,
    export: tuple[str, ...] = (),
    exported: Own | None = None,
    blank: Mapping[str, Any] | None = None,
    about: Own | None = None,
    mention: tuple[str, ...] = (),
    proven: tuple[str, ...] = (),
    claimed: Q | None = None,
    impersonal: Mapping[str, str] | None = None,
    purge: bool = False,
) -> None:
    """Say what of this model is whose.

    - `own`: which rows are a person's; after the models it builds on.
    - `identifies`: columns of own rows that identify the person.
    - `export`: columns that an export shows, of the rows `exported` (else `own`); a path reaches what they point at.
    - `blank`: {column: value, or a function of the stored value and the key}; own rows.
    - `about`: which rows of others are directly linked to the person; asked when every own row is known.
    - `mention`: columns that may name the person; see the module for which names count in which rows.
    - `proven`: columns in which only what proves itself is looked for, in all rows.
    - `claimed`: own rows whose identifying values nobody confirmed: they count in own rows alone.
    - `impersonal`: {text or JSON column: why it holds nothing of a person}; columns with choices need no reason.
    - `purge`: own rows are really deleted, after `blank` has emptied their history.
    """
    model = apps.get_model(label)
    _declared[model] = Personal(
        model=model,
        own=own,
        identifies=identifies or {},
        export=export,
        exported=exported or own,
        blank=blank or {},
        about=about or nobodys,
        mention=mention,
        proven=proven,
        claimed=claimed,
        impersonal=impersonal or {},
        purge=purge,
    )


def leave(label: str, reason: str) -> None:
    """Say why no row of this model is about a person, or where its rows are dealt with."""
    _left[apps.get_model(label)] = reason


def also_erase(eraser: Callable[[Person], None]) -> Callable[[Person], None]:
    """Have an erasure call this, in its transaction, for what no declaration can say; usable as a decorator."""
    if eraser not in ERASERS:
        ERASERS.append(eraser)
    return eraser


def by_user(*paths: str) -> Own:
    """Rows from which one of these paths of foreign keys leads to the person."""

    def own(person: Person) -> Q:
        found = Q()
        for path in paths:
            found |= Q(**{f"{path}__any_of": sorted(person.users)})
        return found

    return own


def by_object(*labels: str) -> Own:
    """Rows that name one of the person's rows by `object_type` and `object_id`; of these models, else of any."""

    def about(person: Person) -> Q:
        found = Q(pk__in=())
        for model, keys in person.keys.items():
            if keys and is_kernel_model(model) and (not labels or model._meta.label in labels):
                found |= Q(object_type=model._meta.label_lower, object_id__in=keys)
        return found

    return about


def nobodys(person: Person) -> Q:
    """For models that may name people and belong to none."""
    return Q(pk__in=())


def declared() -> tuple[Personal, ...]:
    """Every declaration, those that others build on first."""
    autodiscover_modules("privacy")
    return tuple(_declared.values())


def left() -> dict[Any, str]:
    """{model: why it is not declared}"""
    autodiscover_modules("privacy")
    return dict(_left)
