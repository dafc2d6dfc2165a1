"""What is stored of a person, as every app declares it: what an export shows and what an erasure takes.

Each app says so in its `privacy.py`, which is found like `roles.py`; this module knows no app.

    declare(
        "learning.Review",
        own=by_user("user"),                       # whose rows
        export=("course__title", "rating", "comment"),
        blank={"comment": ""},                     # overwritten in the person's own rows, and in their history
        mention=("comment",),                      # texts of anybody in which the person may be named
    )
    leave("courses.Subject", "What is taught, not who.")

`config/base/tests/test_personal.py` holds every model, and every text and JSON column, to be accounted for.

Values that identify somebody (`identifies`), now or formerly, are looked for in the texts of `mention`. A value that
another person has too (a namesake, a family's phone) stays in the rows that are that other person's.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Q
from django.utils.module_loading import autodiscover_modules

from .erasure import mask, mask_reasons, overwrite
from .introspection import is_kernel_model, kernel_models
from .mentions import Kind, Mentions, forms


@dataclass
class Person:
    """Whose data: one person, or those who share a name with one; filled in the order of declaration."""

    users: frozenset[int]
    #: {model: keys of the rows that are theirs}
    keys: dict[Any, set[Any]] = field(default_factory=dict)
    #: What identifies them, now and formerly, by kind.
    values: dict[Kind, set[str]] = field(default_factory=lambda: defaultdict(set))
    #: {text as compared: text as written}
    needles: dict[str, str] = field(default_factory=dict)

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
    mention: tuple[str, ...]
    everywhere: bool
    impersonal: Mapping[str, str]
    purge: bool


_declared: dict[Any, Personal] = {}
_left: dict[Any, str] = {}
_erasers: list[Callable[[Person], None]] = []


def declare(
    label: str,
    *,
    own: Own,
    identifies: Mapping[str, Kind] | None = None,
    export: tuple[str, ...] = (),
    exported: Own | None = None,
    blank: Mapping[str, Any] | None = None,
    mention: tuple[str, ...] = (),
    everywhere: bool = True,
    impersonal: Mapping[str, str] | None = None,
    purge: bool = False,
) -> None:
    """Say what of this model is whose.

    - `own`: which rows are a person's; after the models it builds on.
    - `identifies`: columns of own rows that identify the person.
    - `export`: columns that an export shows, of the rows `exported` (else `own`); a path reaches what they point at.
    - `blank`: {column: value, or a function of the stored value and the key}; own rows.
    - `mention`: columns that may name the person: in all rows, or with `everywhere=False` in own rows alone.
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
        mention=mention,
        everywhere=everywhere,
        impersonal=impersonal or {},
        purge=purge,
    )


def leave(label: str, reason: str) -> None:
    """Say why no row of this model is about a person, or where its rows are dealt with."""
    _left[apps.get_model(label)] = reason


def also_erase(eraser: Callable[[Person], None]) -> Callable[[Person], None]:
    """Have an erasure call this, in its transaction, for what no declaration can say; usable as a decorator."""
    if eraser not in _erasers:
        _erasers.append(eraser)
    return eraser


def by_user(*paths: str) -> Own:
    """Rows from which one of these paths of foreign keys leads to the person."""

    def own(person: Person) -> Q:
        found = Q()
        for path in paths:
            found |= Q(**{f"{path}__any_of": sorted(person.users)})
        return found

    return own


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


def identify(user: int) -> Person:
    """All rows that are this person's, and every value that identifies them or once did."""
    person = Person(users=frozenset({user}))
    for each in declared():
        _collect(each, person, set())
    return person


def export(user: int) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """{app: {model: [row]}}, ready for JSON: the person's rows, in the trash too, without what is others'."""
    person = identify(user)
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for each in declared():
        if not each.export:
            continue
        names = [*each.export]
        if is_kernel_model(each.model):
            names = ["id", *names, "created_at", "updated_at", "is_deleted"]
        rows = each.model._base_manager.filter(each.exported(person)).order_by("pk").distinct()
        meta = each.model._meta
        found.setdefault(meta.app_label, {})[meta.object_name] = [
            {name.replace("__", "."): value for name, value in row.items()} for row in rows.values(*names)
        ]
    plain: dict[str, Any] = json.loads(json.dumps(found, cls=_Encoder))
    return plain


class _Encoder(DjangoJSONEncoder):
    """Phone numbers and the like as people write them."""

    def default(self, o: Any) -> Any:
        try:
            return super().default(o)
        except TypeError:
            return str(o)


@dataclass(frozen=True)
class Fate:
    """What an erasure does with a person's rows of one model."""

    model: Any
    number: int
    is_purged: bool
    is_emptied: bool


def fates(user: int) -> list[Fate]:
    """For a confirmation: each model that holds rows of the person, how many, and what becomes of them."""
    person = identify(user)
    return [
        Fate(each.model, len(keys), each.purge, bool(each.blank))
        for each in declared()
        if (keys := person.keys[each.model])
    ]


@transaction.atomic
def erase(user: int) -> None:
    """Overwrite, mask and purge what is stored of this person, history included; all or nothing.

    The caller has locked the person's row and ended their access.
    """
    person = identify(user)
    others, shared = _namesakes(person)
    for each in declared():
        keys = person.keys[each.model]
        if each.blank:
            overwrite(each.model, keys, each.blank)
        if each.purge:
            _purge(each.model, keys)
    for eraser in _erasers:
        eraser(person)
    for each in declared():
        if each.mention:
            own = person.keys[each.model]
            mask(
                each.model,
                each.mention,
                person.needles,
                shared=shared,
                spared=others.keys[each.model] - own,
                keys=None if each.everywhere else own,
            )
    for model in kernel_models():
        mask_reasons(model, person.needles)


def _collect(each: Personal, person: Person, more: set[Any]) -> None:
    rows = each.model._base_manager.filter(each.own(person)).order_by()
    keys = person.keys[each.model] = {*rows.values_list("pk", flat=True), *more}
    if not each.identifies or not keys:
        return
    if is_kernel_model(each.model):
        sources = [
            each.model._base_manager.filter(pk__any_of=sorted(keys)),
            each.model.history.model._base_manager.filter(id__any_of=sorted(keys)),
        ]
    else:
        sources = [each.model._base_manager.filter(pk__in=keys)]
    for source in sources:
        for values in source.order_by().values_list(*each.identifies).distinct():
            for kind, value in zip(each.identifies.values(), values, strict=True):
                if value:
                    person.values[kind].add(str(value))
                    person.needles |= forms(kind, value)


def _namesakes(person: Person) -> tuple[Person, set[str]]:
    """Those who share a value with the person, with all that is theirs, and the needles that they share."""
    alike: dict[Any, set[Any]] = defaultdict(set)
    shared: set[str] = set()
    for each in declared():
        for key, needles in _sharing(each, person) if person.needles else ():
            alike[each.model].add(key)
            shared |= needles
    others = Person(users=frozenset(alike[get_user_model()]))
    for each in declared():
        _collect(each, others, alike[each.model])
    return others, shared


def _sharing(each: Personal, person: Person) -> Iterator[tuple[Any, set[str]]]:
    for column, kind in each.identifies.items():
        rows: models.QuerySet[Any] = each.model._base_manager.filter(Mentions(column, person.needles))
        for key, value in rows.order_by().values_list("pk", column):
            needles = person.needles.keys() & forms(kind, value).keys()
            if needles and key not in person.keys[each.model]:
                yield key, needles


def _purge(model: Any, keys: set[Any]) -> None:
    if is_kernel_model(model):
        model.all_objects.filter(pk__any_of=sorted(keys)).purge()
    else:
        model._base_manager.filter(pk__in=keys).delete()
