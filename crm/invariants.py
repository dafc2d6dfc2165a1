"""Rules between rows that no constraint can hold, kept on every path that writes (see `config.base.guards`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import F, Max, OuterRef, Q, Subquery

from config.base import integrity
from config.base.differences import Difference
from config.base.guards import guard

from .belongings import belongings, keeper
from .choices import ContactKind
from .models import ContactEvent, Customer, ProductAlias, RecoItem

#: The kinds of contact that a customer's flags follow.
FLAGGING = (ContactKind.BOUNCED, ContactKind.OPT_OUT, ContactKind.OPT_IN)

#: Consents that only a file tells of; whoever exports it chooses what stands there.
TOLD_BY_A_FILE = {"kind": ContactKind.OPT_IN, "batch__isnull": False}

#: Models with a column that is derived from another one of the same row.
DERIVED = ((Customer, "email_key"), (ProductAlias, "normalized_label"))


def watch() -> None:
    """Put the models under guard; called once when the app is ready.

    Of a contact the flags come first: who was merged and said something new is left alone under both numbers.
    """
    for model, column in DERIVED:
        guard(model, _keeper(model, column))
    guard(ContactEvent, keep_flags)
    for relation in belongings():
        guard(relation.model, keeper(relation))
    for check in (derived_columns_are_true, suppression_is_flagged, scores_are_explained):
        integrity.register(check)


def _keeper(model: Any, column: str) -> Callable[[list[Any], str], None]:
    def keep(keys: list[Any], using: str) -> None:
        wrong = dict(_wrong(model, column, using, pk__any_of=keys))
        rows = [model(pk=pk, **{column: value}) for pk, value in wrong.items()]
        if rows:
            model.all_objects.using(using).bulk_update(rows, [column], batch_size=500)

    return keep


def _wrong(model: Any, column: str, using: str, **rows: Any) -> Iterator[tuple[int, Any]]:
    """(key, what should stand there) of the rows whose derived column is not what it is derived from."""
    field = model._meta.get_field(column)
    found = model.all_objects.using(using).filter(**rows).order_by().values_list("pk", field.source, column)
    for pk, given, stored in found.iterator(chunk_size=5000):
        value = field.derive(given)
        if value != stored:
            yield pk, value


def keep_flags(keys: list[int], using: str) -> None:
    """A customer's flags follow the contact events just written, in the order in which things happened.

    - OPT_OUT and BOUNCED set their flag, unless the customer has opted in since. Of two of the same moment the one
      that forbids wins, so that the order of writing does not matter.
    - OPT_IN clears both flags if it is newer than what set them: who gives their consent can be reached. Only a new
      event does: one that was moved by a merge, corrected or restored says nothing new about this customer.
    - An OPT_IN out of an imported file proves nothing: it is kept, and counts neither for nor against.
    - An event that goes to the trash clears nothing.

    The customers are locked first: of two events written at once the second sees the first.
    """
    written = ContactEvent.all_objects.using(using).filter(
        pk__any_of=keys, is_deleted=False, kind__in=FLAGGING
    )
    concerned = sorted(set(written.order_by().values_list("customer_id", flat=True)))
    if not concerned:
        return
    customers = Customer.all_objects.using(using).filter(pk__any_of=concerned).order_by("pk")
    flags = {
        pk: (bounced, opted_out)
        for pk, bounced, opted_out in customers.select_for_update(no_key=True).values_list(
            "pk", "is_bounced", "is_opted_out"
        )
    }
    given = _newest(written.filter(kind=ContactKind.OPT_IN, version=1, batch=None))
    said = ContactEvent.objects.using(using).filter(customer__any_of=concerned, kind__in=FLAGGING)
    ever = _newest(said.exclude(**TOLD_BY_A_FILE))
    for position, (flag, kind) in enumerate(
        (("is_bounced", ContactKind.BOUNCED), ("is_opted_out", ContactKind.OPT_OUT))
    ):
        for value in (True, False):
            changed = [
                pk
                for pk, known in flags.items()
                if known[position] != value and _follows(pk, kind, ever, given) is value
            ]
            if changed:
                Customer.all_objects.using(using).filter(pk__any_of=changed).update(**{flag: value})


Moments = dict[tuple[int, str], datetime]


def _newest(events: Any) -> Moments:
    """{(customer, kind): the moment of the newest such event}."""
    rows = events.order_by().values_list("customer_id", "kind").annotate(newest=Max("occurred_at"))
    return {(customer, kind): newest for customer, kind, newest in rows}


def _follows(customer: int, kind: str, ever: Moments, given: Moments) -> bool | None:
    """What these events say of a flag: True or False, or None where they say nothing new."""
    against, consent = ever.get((customer, kind)), ever.get((customer, ContactKind.OPT_IN))
    if against is not None and (consent is None or consent <= against):
        return True
    new_consent = given.get((customer, ContactKind.OPT_IN))
    if new_consent is not None and (against is None or new_consent > against):
        return False
    return None


def derived_columns_are_true(using: str) -> Iterator[Difference]:
    """For `check_data`: what is derived equals what it is derived from, whoever wrote past the kernel."""
    for model, column in DERIVED:
        for pk, value in _wrong(model, column, using):
            yield Difference(
                f"{model._meta.db_table}.{column}", "derived value is wrong", str(value), f"row {pk}"
            )


def suppression_is_flagged(using: str) -> Iterator[Difference]:
    """For `check_data`: whose last word is to be left alone carries the flag."""

    def newest(kind: str) -> Subquery:
        events = ContactEvent.objects.using(using).filter(customer=OuterRef("pk"), kind=kind)
        events = events.exclude(**TOLD_BY_A_FILE)
        return Subquery(events.order_by("-occurred_at").values("occurred_at")[:1])

    for flag, kind in (("is_bounced", ContactKind.BOUNCED), ("is_opted_out", ContactKind.OPT_OUT)):
        rows = Customer.all_objects.using(using).annotate(
            against=newest(kind), consent=newest(ContactKind.OPT_IN)
        )
        no_later_consent = Q(consent__isnull=True) | Q(consent__lte=F("against"))
        wrong = rows.filter(no_later_consent, against__isnull=False, **{flag: False}).order_by("pk")
        for pk in wrong.values_list("pk", flat=True):
            yield Difference(f"crm_customer.{flag}", "suppression without its flag", found=f"row {pk}")


def scores_are_explained(using: str) -> Iterator[Difference]:
    """For `check_data`: the components of each recommendation sum to its score."""
    items = RecoItem.objects.using(using).only("pk", "score", "reasons", "version").order_by()
    for item in items.iterator(chunk_size=2000):
        if not item.is_explained():
            yield Difference(
                "crm_recoitem.reasons", "components do not add up to the score", found=f"row {item.pk}"
            )
