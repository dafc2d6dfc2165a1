"""Two customers turn out to be one: a merge that can be looked at before it is made, and undone afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.events import emit
from config.base.exceptions import DomainError
from config.base.querysets import now_ms

from ..belongings import Entry, belongings, hand_over
from ..choices import Side
from ..events import CustomersMerged
from ..models import Customer, CustomerMerge, DistinctPair
from ..privacy import is_erased

#: What one chooses between: an address is one thing, however many columns it has.
PARTS: dict[str, tuple[str, ...]] = {
    "full_name": ("full_name",),
    "email": ("email",),
    "phone": ("phone",),
    "address": ("address_line", "postal_code", "city", "country"),
    "user": ("user",),
}
PART_NAMES: dict[str, Any] = {
    "full_name": gettext_lazy("full name"),
    "email": gettext_lazy("e-mail"),
    "phone": gettext_lazy("phone"),
    "address": gettext_lazy("address"),
    "user": gettext_lazy("user"),
}
SURVIVOR, MERGED = str(Side.SURVIVOR), str(Side.MERGED)

#: Forbids if either of the two does; allows if both do.
FORBIDDING = ("is_bounced", "is_opted_out")


@dataclass(frozen=True)
class Difference:
    """A part in which the two differ: its name, what each holds, and whose the survivor would have."""

    part: str
    label: str
    survivor: str
    merged: str
    chosen: str


@dataclass(frozen=True)
class Handed:
    """What becomes of the rows of one model: so many move, fall into the trash (derived figures), or stay (taken)."""

    model: Any
    moved: int
    fell: int
    stayed: int


@dataclass(frozen=True)
class MergePreview:
    """What a merge would do, found by doing it and taking it back. `flags`: what the survivor's would be."""

    survivor: Customer
    merged: Customer
    differences: tuple[Difference, ...]
    rows: tuple[Handed, ...]
    flags: dict[str, bool]
    warnings: tuple[str, ...]


def preview_merge(
    *, survivor: Customer, merged: Customer, fields: Mapping[str, str] | None = None
) -> MergePreview:
    """What `merge_customers` would do with the same arguments; nothing is written. Raises what it would raise."""
    with transaction.atomic():
        one, other = _locked(survivor.pk, merged.pk)
        choice = _choice(one, other, fields)
        differences = _differences(one, other, choice)
        warnings = _warnings(one, other)
        merge = _merge(one, other, choice)
        one.refresh_from_db()
        rows = _handed(merge.moved)
        flags = {name: getattr(one, name) for name in (*FORBIDDING, "is_contactable")}
        transaction.set_rollback(True)
    survivor.refresh_from_db()
    merged.refresh_from_db()
    return MergePreview(survivor, merged, differences, rows, flags, warnings)


def merge_customers(
    *, survivor: Customer, merged: Customer, fields: Mapping[str, str] | None = None
) -> CustomerMerge:
    """Make the two one: all that is the merged one's becomes the survivor's, and the old code leads to the survivor.

    `fields` says for parts in which they differ whose the survivor keeps: {"email": "merged"}. Otherwise the survivor
    keeps its own, and takes the other's where it has none. Whoever bounced or opted out still has, and who was not to
    be contacted is not. Both rows are locked, the older first, so that of two merges of the same two one is refused.

    Raises DomainError `deleted`, `merged` (one of the two is somebody else already), `erased` or `same`;
    ValidationError for a part or a side that does not exist.
    """
    with transaction.atomic():
        one, other = _locked(survivor.pk, merged.pk)
        merge = _merge(one, other, _choice(one, other, fields))
        emit(CustomersMerged(merge_id=merge.pk, survivor_id=one.pk, merged_id=other.pk))
    survivor.refresh_from_db()
    merged.refresh_from_db()
    return merge


def distinguish_customers(*, first: Customer, second: Customer) -> DistinctPair:
    """Remember that the two are not the same, so that nobody is asked again. Twice is once.

    Raises DomainError `same` for one customer, `deleted` where one is in the trash.
    """
    with transaction.atomic():
        _locked(first.pk, second.pk)
        either_way = Q(first=first, second=second) | Q(first=second, second=first)
        known = DistinctPair.objects.filter(either_way).first()
        return known or DistinctPair.objects.create(first=first, second=second)


def _locked(*keys: int) -> list[Customer]:
    """The customers as stored, in the order asked for, locked in the order of their rows."""
    if len(set(keys)) != len(keys):
        raise DomainError(_("Choose two different customers."), code="same")
    rows = Customer.all_objects.select_for_update(of=("self",)).filter(pk__any_of=sorted(keys)).order_by("pk")
    found = {row.pk: row for row in rows}
    if len(found) != len(keys) or any(row.is_deleted for row in found.values()):
        raise DomainError(_("This customer is in the trash. Restore it first."), code="deleted")
    return [found[key] for key in keys]


def _choice(survivor: Customer, merged: Customer, fields: Mapping[str, str] | None) -> dict[str, str]:
    """{part: whose the survivor has} of every part; refuses two who cannot be merged."""
    for customer in (survivor, merged):
        if customer.merged_into_id is not None:
            message = _("%(customer)s has been merged into %(survivor)s already.")
            names = {"customer": customer, "survivor": customer.merged_into}
            raise DomainError(message % names, code="merged")
        if is_erased(customer):
            raise DomainError(_("%(customer)s was erased.") % {"customer": customer}, code="erased")
    fields = dict(fields or {})
    errors = {
        part: [_("There is no such part.") if part not in PARTS else _("Choose “survivor” or “merged”.")]
        for part, side in fields.items()
        if part not in PARTS or side not in (SURVIVOR, MERGED)
    }
    if errors:
        raise ValidationError(errors)
    return {
        part: fields.get(
            part, MERGED if _is_empty(survivor, part) and not _is_empty(merged, part) else SURVIVOR
        )
        for part in PARTS
    }


def _is_empty(customer: Customer, part: str) -> bool:
    return not any(getattr(customer, name) for name in PARTS[part])


def _merge(survivor: Customer, merged: Customer, choice: Mapping[str, str]) -> CustomerMerge:
    """Do it to the locked rows."""
    before = survivor.version
    changed = _take_over(survivor, merged, choice)
    merged.merged_into = survivor
    merged.save(update_fields=["merged_into"])
    entries: list[Entry] = []
    for relation in belongings():
        model: Any = relation.model
        rows = model.all_objects.filter(**{relation.field.name: merged}).order_by()
        keys = list(rows.values_list("pk", flat=True))
        entries += hand_over(relation, keys, survivor.pk, using="default")
    after = Customer.all_objects.values_list("version", flat=True).get(pk=survivor.pk)
    entries += [
        {"model": "crm.customer", "id": survivor.pk, "field": name, "version": after, "before": before}
        for name in dict.fromkeys((*FORBIDDING, *changed))
    ]
    merge = CustomerMerge(survivor=survivor, merged=merged, moved=entries, merged_at=now_ms())
    merge.full_clean()
    merge.save()
    return merge


def _take_over(survivor: Customer, merged: Customer, choice: Mapping[str, str]) -> list[str]:
    """Give the survivor what was chosen, and every word against contacting either; the columns that changed."""
    wanted = {
        name: getattr(merged, name) for part, side in choice.items() if side == MERGED for name in PARTS[part]
    }
    wanted |= {name: getattr(survivor, name) or getattr(merged, name) for name in FORBIDDING}
    wanted["is_contactable"] = survivor.is_contactable and merged.is_contactable
    changed = [name for name, value in wanted.items() if getattr(survivor, name) != value]
    for name in changed:
        setattr(survivor, name, wanted[name])
    if changed:
        survivor.save(update_fields=changed)
    return changed


def _differences(survivor: Customer, merged: Customer, choice: Mapping[str, str]) -> tuple[Difference, ...]:
    return tuple(
        Difference(part, str(PART_NAMES[part]), one, other, choice[part])
        for part in PARTS
        if (one := _shown(survivor, part)) != (other := _shown(merged, part))
    )


def _shown(customer: Customer, part: str) -> str:
    return ", ".join(str(value) for name in PARTS[part] if (value := getattr(customer, name)))


def _warnings(survivor: Customer, merged: Customer) -> tuple[str, ...]:
    """What somebody should have read before they merge the two."""
    found = []
    pairs = DistinctPair.objects.filter(first__in=(survivor, merged), second__in=(survivor, merged))
    if pairs.exists():
        found.append(_("Somebody said that these two are not the same."))
    if survivor.user_id and merged.user_id and survivor.user_id != merged.user_id:
        found.append(_("They sign in as two different users."))
    return tuple(found)


def _handed(entries: list[Entry]) -> tuple[Handed, ...]:
    rows = [entry for entry in entries if "before" not in entry]
    fell = Counter(entry["model"] for entry in rows if "fell" in entry)
    stayed = Counter(entry["model"] for entry in rows if "stayed" in entry)
    every = Counter(entry["model"] for entry in rows)
    return tuple(
        Handed(model, every[label] - fell[label] - stayed[label], fell[label], stayed[label])
        for model in dict.fromkeys(relation.model for relation in belongings())
        if every[label := model._meta.label_lower]
    )
