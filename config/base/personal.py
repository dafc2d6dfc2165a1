"""What is stored of a person, as every app declares it: what an export shows and what an erasure takes.

Each app says so in its `privacy.py`, which is found like `roles.py`; this module knows no app.

    declare(
        "learning.Review",
        own=by_user("user"),                       # whose rows
        export=("course__title", "rating", "comment"),
        blank={"comment": ""},                     # overwritten in the person's own rows, and in their history
        about=_of_their_courses,                   # rows of others that are directly linked to the person
        mention=("comment",),                      # texts in which the person may be named
    )
    leave("courses.Subject", "What is taught, not who.")

`config/base/tests/test_personal.py` holds every model, and every text and JSON column, to be accounted for.

Values that identify somebody (`identifies`), now or formerly, are looked for in the texts of `mention`, and how far
depends on what they prove:

- in a person's own rows, every one of them;
- in rows directly linked to them (`about`: feedback on their work, talks they take part in, the log about them), those
  that mean somebody: not a single common word (`mentions.telling_forms`);
- in all other rows, only what nobody else is called by: e-mail addresses that were confirmed, street addresses and
  customer codes that are long enough (`mentions.proven_forms`). These are looked for in the columns `proven` too.

So a bare name or phone number in a stranger's row stays. People choose their names, and nobody confirms their numbers:
whoever calls themselves « le résultat », or gives the school's number, and has themselves erased would take them out of
everybody's texts, and they are not provably theirs anyway.

A value that another person has too (a namesake, a family's phone) stays in the rows that are that other person's; one
that is not an e-mail address then proves nothing and leaves only the person's own and linked rows.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Q

from .declarations import (
    ERASERS,
    Own,
    Person,
    Personal,
    also_erase,
    by_object,
    by_user,
    declare,
    declared,
    leave,
    left,
    nobodys,
)
from .erasure import mask, mask_reasons, overwrite
from .introspection import is_kernel_model, kernel_models
from .mentions import Mentions, forms, proven_forms, telling_forms

__all__ = [
    "Own",
    "Person",
    "Personal",
    "also_erase",
    "by_object",
    "by_user",
    "declare",
    "declared",
    "erase",
    "export",
    "fates",
    "identify",
    "leave",
    "left",
    "nobodys",
]


def identify(user: int) -> Person:
    """All rows that are this person's, and every value that identifies them or once did."""
    person = Person(users=frozenset({user}))
    for each in declared():
        _collect(each, person, set())
    _weigh(person)
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
    for needle in shared:
        if "@" not in needle and "%40" not in needle:
            person.proven.pop(needle, None)
    about = {each.model: _keys(each.model, each.about(person)) for each in declared()}
    for each in declared():
        keys = person.keys[each.model]
        if each.blank:
            overwrite(each.model, keys, each.blank)
        if each.purge:
            _purge(each.model, keys)
    for eraser in ERASERS:
        eraser(person)
    for each in declared():
        own = person.keys[each.model]
        spared = others.keys[each.model] - own
        if each.mention:
            linked = about[each.model] - own
            mask(each.model, each.mention, person.needles, shared=shared, spared=spared, keys=own)
            mask(each.model, each.mention, person.telling, shared=shared, spared=spared, keys=linked)
        if columns := (*each.mention, *each.proven):
            mask(each.model, columns, person.proven, shared=shared, spared=spared)
    for model in kernel_models():
        records = Q(id__any_of=sorted(person.keys.get(model, ()))) | Q(history_user__in=person.users)
        mask_reasons(model, person.needles, of=records)
        mask_reasons(model, person.telling, of=Q(id__any_of=sorted(about.get(model, ()))))
        mask_reasons(model, person.proven)


def _keys(model: Any, which: Q) -> set[Any]:
    return set(model._base_manager.filter(which).order_by().values_list("pk", flat=True))


def _weigh(person: Person) -> None:
    for kind, values in person.values.items():
        for value in values:
            if value.lower() not in person.unproven:
                person.telling |= telling_forms(kind, value)
                person.proven |= proven_forms(kind, value)


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
    if each.claimed is not None:
        for values in sources[0].filter(each.claimed).order_by().values_list(*each.identifies):
            person.unproven |= {str(value).lower() for value in values if value}
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
