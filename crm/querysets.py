"""What is asked of customers and all that is known about them: the repository layer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from config.base.querysets import BaseQuerySet

from .validators import normalize_label

if TYPE_CHECKING:
    from .models import (
        AuditItem,
        ClientMasterProfile,
        ContactEvent,
        Customer,
        CustomerMerge,
        DistinctPair,
        ImportBatch,
        OrderLine,
        OutcomeEvent,
        Product,
        ProductAlias,
        RecoItem,
        RecoRun,
    )

#: The kinds of contact that say whether somebody may be contacted.
CONSENT_KINDS = ("OPT_OUT", "OPT_IN")


class ProductQuerySet(BaseQuerySet["Product"]):
    def get_by_natural_key(self, product_key: str) -> Product:
        return self.by_natural_key(product_key=product_key)

    def active(self) -> Self:
        """Products on sale."""
        return self.filter(is_active=True)

    def with_aromas(self) -> Self:
        """Products whose taste is known."""
        return self.filter(aroma_fruit__isnull=False)

    def most_popular(self) -> Self:
        """The most bought first."""
        return self.order_by("-popularity", "id")


class ProductAliasQuerySet(BaseQuerySet["ProductAlias"]):
    def get_by_natural_key(self, normalized_label: str) -> ProductAlias:
        return self.by_natural_key(normalized_label=normalized_label)

    def for_label(self, label: str) -> Self:
        """The alias that stands for this label, however it is written."""
        return self.filter(normalized_label=normalize_label(label))


class ImportBatchQuerySet(BaseQuerySet["ImportBatch"]):
    def get_by_natural_key(self, kind: str, sha256: str, started_at: datetime | str) -> ImportBatch:
        return self.by_natural_key(kind=kind, sha256=sha256, started_at=started_at)

    def of_file(self, sha256: str) -> Self:
        """Every import of a file with this content."""
        return self.filter(sha256=sha256)

    def unfinished(self) -> Self:
        """Those that wait or run."""
        return self.filter(status__in=["QUEUED", "RUNNING"])


class CustomerQuerySet(BaseQuerySet["Customer"]):
    def get_by_natural_key(self, customer_code: str) -> Customer:
        return self.by_natural_key(customer_code=customer_code)

    def contactable(self) -> Self:
        """Those who may be contacted: no flag stands against it, and they are not another customer by now."""
        return self.unmerged().filter(is_contactable=True, is_bounced=False, is_opted_out=False)

    def unmerged(self) -> Self:
        """Those who have not been merged into another customer."""
        return self.filter(merged_into__isnull=True)

    def resolve(self, customer_code: str) -> Customer:
        """Who goes by this code today: whoever had it, or whom merges have made of them. Raises DoesNotExist.

        The one answered may be in the trash by now.
        """
        found = self.by_natural_key(customer_code=customer_code)
        seen: set[int] = set()
        while found.merged_into_id is not None and found.pk not in seen:
            seen.add(found.pk)
            found = self.model.all_objects.using(self.db).get(pk=found.merged_into_id)
        return found

    def survivors(self) -> dict[int, int]:
        """{merged customer: who they are by now} of all who were merged, chains followed to their end; one query."""
        merged = self.model.all_objects.using(self.db).filter(merged_into__isnull=False).order_by()
        into: dict[int, int] = dict(merged.values_list("pk", "merged_into"))  # type: ignore[arg-type]
        ends = {}
        for customer in into:
            seen, end = {customer}, into[customer]
            while end in into and end not in seen:
                seen.add(end)
                end = into[end]
            ends[customer] = end
        return ends

    def by_email(self, email: str) -> Self:
        """Those with this address, however it is written; several may share one."""
        return self.filter(email_key=email)

    def search_by_name(self, term: str) -> Self:
        """Those whose full name holds every word of the term, blind to case and accents; all for an empty term."""
        words = Q()
        for word in term.split():
            words &= Q(full_name__folded=word)
        return self.filter(words)


class CustomerMergeQuerySet(BaseQuerySet["CustomerMerge"]):
    def get_by_natural_key(self, survivor: str, merged: str, merged_at: datetime | str) -> CustomerMerge:
        return self.by_natural_key(
            survivor__customer_code=survivor, merged__customer_code=merged, merged_at=merged_at
        )

    def standing(self) -> Self:
        """Merges that have not been undone."""
        return self.filter(undone_at__isnull=True)


class DistinctPairQuerySet(BaseQuerySet["DistinctPair"]):
    def get_by_natural_key(self, first: str, second: str) -> DistinctPair:
        return self.by_natural_key(first__customer_code=first, second__customer_code=second)


class OrderLineQuerySet(BaseQuerySet["OrderLine"]):
    def get_by_natural_key(self, source: str, order_reference: str, line_key: str) -> OrderLine:
        return self.by_natural_key(source=source, order_reference=order_reference, line_key=line_key)

    def before(self, moment: datetime) -> Self:
        """Lines ordered before this moment; a run never reads any other."""
        return self.filter(ordered_at__lt=moment)

    def between(self, start: datetime, end: datetime) -> Self:
        """Lines ordered from `start` on, before `end`."""
        return self.filter(ordered_at__gte=start, ordered_at__lt=end)


class ContactEventQuerySet(BaseQuerySet["ContactEvent"]):
    def get_by_natural_key(self, event_key: str) -> ContactEvent:
        return self.by_natural_key(event_key=event_key)

    def sent(self) -> Self:
        """Contacts that were made by us: what the silence window counts from."""
        return self.filter(kind="SENT")

    def consents(self) -> Self:
        """What customers said about being contacted."""
        return self.filter(kind__in=CONSENT_KINDS)


class ClientMasterProfileQuerySet(BaseQuerySet["ClientMasterProfile"]):
    def get_by_natural_key(self, customer_code: str) -> ClientMasterProfile:
        return self.by_natural_key(customer__customer_code=customer_code)

    def in_segments(self, *segments: str) -> Self:
        """The profiles of these segments."""
        return self.filter(segment__in=segments)


class RecoRunQuerySet(BaseQuerySet["RecoRun"]):
    def get_by_natural_key(self, as_of: date | str, started_at: datetime | str) -> RecoRun:
        return self.by_natural_key(as_of=as_of, started_at=started_at)

    def done(self) -> Self:
        """Runs that came to their end."""
        return self.filter(status="DONE")

    def running(self) -> Self:
        """Runs that go on, or whose process died."""
        return self.filter(status="RUNNING")


class RecoItemQuerySet(BaseQuerySet["RecoItem"]):
    def get_by_natural_key(
        self, as_of: date | str, started_at: datetime | str, customer: str, rank: int
    ) -> RecoItem:
        return self.by_natural_key(
            run__as_of=as_of, run__started_at=started_at, customer__customer_code=customer, rank=rank
        )

    def to_contact(self) -> Self:
        """Items whose customers may be contacted about them: the holdout never is."""
        return self.filter(is_holdout=False)


class AuditItemQuerySet(BaseQuerySet["AuditItem"]):
    def get_by_natural_key(self, origin: str, *key: Any) -> AuditItem:
        """`origin` is "batch" or "run"; its natural key and the item's number follow."""
        *parent, number = key
        names = ("kind", "sha256", "started_at") if origin == "batch" else ("as_of", "started_at")
        lookup = {f"{origin}__{name}": value for name, value in zip(names, parent, strict=True)}
        return self.by_natural_key(**lookup, number=number)

    def open(self) -> Self:
        """Warnings and errors that nobody has dealt with yet; an information asks nothing of anybody."""
        return self.filter(resolved_at__isnull=True).exclude(severity="INFO")

    def about(self, obj: Any) -> Self:
        """What was noted about this row."""
        return self.filter(object_type=obj._meta.label_lower, object_id=obj.pk)


class OutcomeEventQuerySet(BaseQuerySet["OutcomeEvent"]):
    def get_by_natural_key(self, source: str, order_reference: str, line_key: str) -> OutcomeEvent:
        return self.by_natural_key(
            order_line__source=source,
            order_line__order_reference=order_reference,
            order_line__line_key=line_key,
        )

    def of_runs(self, runs: Iterable[int]) -> Self:
        """What came of the recommendations of these runs."""
        return self.filter(reco_item__run__in=list(runs))
