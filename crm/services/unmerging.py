"""Undoing a merge: every row goes back exactly as it was, or nothing does and every reason is listed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.base.deletion import restore
from config.base.exceptions import Conflict, DomainError, RestoreConflict
from config.base.introspection import Incoming
from config.base.querysets import now_ms

from ..belongings import Entry, belongings, turn
from ..choices import ContactKind
from ..invariants import keep_flags
from ..models import ContactEvent, Customer, CustomerMerge
from ..privacy import is_erased
from .merging import FORBIDDING

#: What a person reads of them at most; the others are counted.
LISTED = 100

KIND_OF = {"is_bounced": ContactKind.BOUNCED, "is_opted_out": ContactKind.OPT_OUT}


class MergeConflict(RestoreConflict):
    """The merge cannot be undone; nothing was changed. `conflicts` lists every reason."""

    code = "merge_conflict"


def unmerge_customers(*, merge: CustomerMerge) -> CustomerMerge:
    """Make two of the one again: each row that the merge moved goes back, with every value it had.

    Rows that arrived since under the survivor stay with the survivor. Suppression sticks: who bounced or opted out
    since the merge is left alone under both numbers; what was said before goes back to the one who said it.

    Raises DomainError `undone` for a merge that was undone, and MergeConflict when one of the two is in the trash,
    erased or merged on, a row was changed, deleted or given away since, a column that the merge had filled has another
    value by now, or the history that holds the former values is no longer kept.
    """
    with transaction.atomic():
        # The customers first, as whoever writes a row for one of them: see `belongings.keeper`.
        pair = (merge.survivor_id, merge.merged_id)
        rows = Customer.all_objects.select_for_update(of=("self",)).filter(pk__in=pair).order_by("pk")
        found = {row.pk: row for row in rows}
        survivor, merged = (found[key] for key in pair)
        stored = CustomerMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
        if stored.undone_at is not None:
            raise DomainError(_("This merge has been undone already."), code="undone")
        conflicts = list(_conflicts(stored, survivor, merged))
        if conflicts:
            raise MergeConflict(_listed(conflicts))
        _undo(stored, survivor, merged)
    merge.refresh_from_db()
    return merge


def undo_conflicts(*, merge: CustomerMerge) -> list[Conflict]:
    """Why `unmerge_customers` would refuse, as things are now; empty when it would not."""
    return _listed(list(_conflicts(merge, merge.survivor, merge.merged)))


def _undo(merge: CustomerMerge, survivor: Customer, merged: Customer) -> None:
    before, after = _records(merge, survivor)
    flags = _flags(merge, survivor, merged, before, after)
    wanted = {
        name: _now(before, name) for name in _filled(merge) if _now(survivor, name) == _now(after, name)
    }
    merged.merged_into = None
    for name in FORBIDDING:
        wanted[name], other = flags[name]
        setattr(merged, name, other)
    merged.save(update_fields=["merged_into", *FORBIDDING])
    for relation, entries in _by_relation(merge):
        _give_back(relation, entries, merged)
    survivor.refresh_from_db(fields=["version"])
    changed = [name for name, value in wanted.items() if _now(survivor, name) != value]
    for name in changed:
        setattr(survivor, _field(name).attname, wanted[name])
    if changed:
        survivor.save(update_fields=changed)
    # A consent that went back no longer speaks for the survivor.
    against = ContactEvent.objects.filter(customer=survivor, kind__in=KIND_OF.values())
    keep_flags(list(against.values_list("pk", flat=True)), "default")
    merge.undone_at = max(now_ms(), merge.merged_at)
    merge.save(update_fields=["undone_at"])


def _give_back(relation: Incoming, entries: list[Entry], merged: Customer) -> None:
    """Turn the links round again and take what fell out of the trash."""
    model: Any = relation.model
    keys = [entry["id"] for entry in entries if _was_turned(entry)]
    refused = set(keys) - set(turn(relation, keys, merged.pk, using="default"))
    if refused:
        reason = _("cannot go back: the other customer has one of that kind by now.")
        raise MergeConflict(_listed([_conflict(relation, pk, reason) for pk in sorted(refused)]))
    fallen = model.all_objects.dead().filter(pk__any_of=[each["id"] for each in entries if "fell" in each])
    for deletion in sorted(set(fallen.values_list("deletion_id", flat=True))):
        restore(deletion)


def _flags(
    merge: CustomerMerge, survivor: Customer, merged: Customer, before: Any, after: Any
) -> dict[str, tuple[bool, bool]]:
    """{flag: what it will be of the survivor, of the merged}.

    A flag that stands counts for both when it was set since: when the merge had left none, or an event says so that is
    newer than the merge. One that a consent took away since stays away from the survivor, whose consent it is.
    """
    since = ContactEvent.objects.filter(customer=survivor, created_at__gte=merge.merged_at)
    said = set(since.order_by().values_list("kind", flat=True))
    flags = {}
    for name, kind in KIND_OF.items():
        stands = getattr(survivor, name)
        is_new = stands and (not getattr(after, name) or kind in said)
        flags[name] = (stands and (getattr(before, name) or is_new), getattr(merged, name) or is_new)
    return flags


def _conflicts(merge: CustomerMerge, survivor: Customer, merged: Customer) -> Iterator[Conflict]:
    for customer in (survivor, merged):
        if customer.is_deleted:
            yield _about(customer, "", _("%(customer)s is in the trash. Restore it first."))
        if is_erased(customer):
            yield _about(customer, "", _("%(customer)s was erased."))
    if survivor.merged_into_id is not None:
        reason = _("%(customer)s has been merged further since. Undo that first.")
        yield _about(survivor, "merged_into", reason)
    if merged.merged_into_id != survivor.pk:
        yield _about(merged, "merged_into", _("%(customer)s is no longer merged into the survivor."))
    before, after = _records(merge, survivor)
    if before is None or after is None:
        yield _about(
            survivor, "", _("The history that holds the former values of %(customer)s is no longer kept.")
        )
    else:
        for name in _filled(merge):
            if _now(survivor, name) not in (_now(before, name), _now(after, name)):
                label = _field(name).verbose_name
                reason = _("%(customer)s: “%(column)s” has been changed since.")
                yield _about(survivor, name, reason, column=label)
    for relation, entries in _by_relation(merge):
        yield from _row_conflicts(relation, entries, survivor)


def _row_conflicts(relation: Incoming, entries: list[Entry], survivor: Customer) -> Iterator[Conflict]:
    """Rows of one model that are not as the merge left them; two queries, whatever their number.

    Derived rows that fell are no reason: what is lost of them is computed again.
    """
    model: Any = relation.model
    link = relation.field.attname
    wanted = {entry["id"]: entry for entry in entries if _was_turned(entry)}
    rows = {row.pk: row for row in model._base_manager.filter(pk__any_of=list(wanted))}
    newer = [pk for pk, row in rows.items() if row.version != wanted[pk]["version"]]
    records = {
        (record.id, record.version): record
        for record in (model.history.model._base_manager.filter(id__any_of=newer) if newer else ())
    }
    stamps = {"version", "updated_at", "updated_by_id", link}
    names = {field.attname for field in model._meta.concrete_fields} - stamps - set(model.untracked_fields)
    for pk, entry in wanted.items():
        row, record = rows.get(pk), records.get((pk, entry["version"]))
        if row is None:
            yield _conflict(relation, pk, _("is gone."))
        elif getattr(row, link) != survivor.pk:
            yield _conflict(relation, pk, _("belongs to another customer by now."))
        elif row.version != entry["version"] and (
            record is None or any(getattr(row, name) != getattr(record, name) for name in names)
        ):
            yield _conflict(relation, pk, _("has been changed since."))


def _was_turned(entry: Entry) -> bool:
    return "fell" not in entry and "stayed" not in entry


def _by_relation(merge: CustomerMerge) -> list[tuple[Incoming, list[Entry]]]:
    """What the merge moved, by the link that it turned."""
    entries: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in merge.moved:
        entries[(entry["model"], entry["field"])].append(entry)
    return [
        (relation, found)
        for relation in belongings()
        if (found := entries.get((relation.model._meta.label_lower, relation.field.name)))
    ]


def _filled(merge: CustomerMerge) -> list[str]:
    """The survivor's columns that the merge wrote, but for the flags that follow what the customer says."""
    return [each["field"] for each in merge.moved if "before" in each and each["field"] not in FORBIDDING]


def _records(merge: CustomerMerge, survivor: Customer) -> tuple[Any, Any]:
    """The survivor as recorded before and after the merge; None where the history no longer holds it."""
    versions = next(((each["before"], each["version"]) for each in merge.moved if "before" in each), (0, 0))
    records = Customer.history.model._base_manager.filter(id=survivor.pk, version__in=versions)
    found = {record.version: record for record in records}
    return found.get(versions[0]), found.get(versions[1])


def _field(name: str) -> Any:
    return Customer._meta.get_field(name)


def _now(row: Any, name: str) -> Any:
    return getattr(row, _field(name).attname)


def _about(customer: Customer, field: str, reason: str, **words: Any) -> Conflict:
    return Conflict("crm.Customer", customer.pk, field, reason % {"customer": customer, **words})


def _conflict(relation: Incoming, pk: int, reason: str) -> Conflict:
    name = relation.model._meta.verbose_name
    message = _("%(name)s #%(pk)s %(reason)s") % {"name": name, "pk": pk, "reason": reason}
    return Conflict(relation.model._meta.label, pk, relation.field.name, message)


def _listed(conflicts: list[Conflict]) -> list[Conflict]:
    """The first of them, and how many there are besides."""
    if len(conflicts) <= LISTED:
        return conflicts
    more = _("… and %(count)d more.") % {"count": len(conflicts) - LISTED}
    return [*conflicts[:LISTED], Conflict("", None, "", more)]
