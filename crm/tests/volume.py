"""A merchant's data at any size, the same each time: for checks of what lists cost.

from crm.tests.volume import fill
fill(customers=12_000, lines=120_000)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import Model

from crm import models
from crm.choices import Scenario, Segment
from crm.tests import factories
from crm.tests.factories import FIRST_DAY

BATCH = 5000
CONTACTS_PER_CUSTOMER = 4
ITEMS_PER_CUSTOMER = 3
DAYS = 720
CITIES = ("Beaune", "Reims", "Colmar", "Bordeaux", "Chinon", "Tours", "Lyon")
#: One customer in so many has opted out, or bounces; one line is a cancellation, or credited to a recommendation.
OPTED_OUT, BOUNCED, CANCELLED, CREDITED = 40, 50, 30, 200


def fill(*, customers: int, lines: int) -> None:
    """Make that many customers and order lines, and what goes with them: products (one for 60 lines, 20 to 2,000),
    aliases, a batch, contacts, profiles, a run with its items, audit items, outcomes.

    Every row is written through the kernel, in bulk, with its history. Nothing is drawn by chance: row n has the same
    values each time.
    """
    batch = factories.ImportBatchFactory(
        rows_read=lines, rows_created=lines, rows_updated=0, rows_unchanged=0, rows_rejected=0
    )
    products = _products(max(20, min(2000, lines // 60)))
    people = _insert(
        factories.CustomerFactory.build(
            full_name=f"Élodie Martin {number}", city=CITIES[number % len(CITIES)], first_batch=batch
        )
        for number in range(customers)
    )
    orders = _insert(_lines(lines, people, products, batch))
    _insert(_contacts(people))
    _insert(_profiles(people))
    run = factories.RecoRunFactory(as_of=date(2022, 12, 25))
    items = _insert(_items(run, people, products))
    _insert(_audit_items(batch, run, customers))
    credited = zip(items, islice(orders, 0, None, CREDITED), strict=False)
    _insert(
        factories.OutcomeEventFactory.build(
            reco_item=item, order_line=line, amount=line.amount, occurred_at=line.ordered_at
        )
        for item, line in credited
    )


def _insert(rows: Iterable[Any]) -> list[Any]:
    """Write the rows in batches; what was written."""
    waiting: Iterator[Model] = iter(rows)
    written: list[Any] = []
    while batch := list(islice(waiting, BATCH)):
        written += type(batch[0]).objects.bulk_create(batch)  # type: ignore[attr-defined]
    return written


def _products(number: int) -> list[Any]:
    families = models.Product._meta.get_field("family").choices
    products = _insert(
        factories.ProductFactory.build(
            family=families[each % len(families)][0],
            premium_tier=1 + each % 5,
            price_amount=Decimal(500 + 137 * each % 9500) / 100,
        )
        for each in range(number)
    )
    _insert(factories.ProductAliasFactory.build(product=each) for each in products)
    return products


def _lines(number: int, people: list[Any], products: list[Any], batch: Any) -> Iterator[Any]:
    """Orders of three lines; early customers and early products have the most of them."""
    for each in range(number):
        order, position = divmod(each, 3)
        cancelled = each % CANCELLED == CANCELLED - 1
        price = products[(each * 7) % len(products)].price_amount
        quantity = -1 if cancelled else 1 + each % 6
        yield factories.OrderLineFactory.build(
            order_reference=f"VOLUME-{order}",
            line_key=str(position + 1),
            customer=people[order * order % len(people)],
            product=products[(each * 7) % len(products)],
            ordered_at=FIRST_DAY + timedelta(days=order % DAYS, minutes=order % 600),
            quantity=quantity,
            unit_price=price,
            amount=price * quantity,
            batch=batch,
        )


def _contacts(people: list[Any]) -> Iterator[Any]:
    kinds = models.ContactEvent.Kind
    for number, person in enumerate(people):
        for each in range(CONTACTS_PER_CUSTOMER):
            last = each == CONTACTS_PER_CUSTOMER - 1
            kind = kinds.OPENED if each % 2 else kinds.SENT
            if last and number % OPTED_OUT == 0:
                kind = kinds.OPT_OUT
            elif last and number % BOUNCED == 0:
                kind = kinds.BOUNCED
            yield factories.ContactEventFactory.build(
                event_key=f"volume-{number}-{each}",
                customer=person,
                kind=kind,
                campaign=f"Campaign {each}",
                occurred_at=FIRST_DAY + timedelta(days=90 * each + number % 30, minutes=number % 600),
            )


def _profiles(people: list[Any]) -> Iterator[Any]:
    for number, person in enumerate(people):
        yield factories.ClientMasterProfileFactory.build(
            customer=person,
            segment=Segment.values[number % len(Segment)],
            recency_days=number % DAYS,
            frequency=1 + number % 40,
            monetary_amount=Decimal(number % 100_000) / 10,
            recency_score=1 + number % 5,
        )


def _items(run: Any, people: list[Any], products: list[Any]) -> Iterator[Any]:
    for number, person in enumerate(people):
        for rank in range(1, ITEMS_PER_CUSTOMER + 1):
            yield factories.RecoItemFactory.build(
                run=run,
                customer=person,
                product=products[(number + rank) % len(products)],
                rank=rank,
                scenario=Scenario.values[(number + rank) % len(Scenario)],
                is_holdout=number % 10 == 0,
            )


def _audit_items(batch: Any, run: Any, number: int) -> Iterator[Any]:
    """Half of them of the batch, half of the run."""
    severities = models.AuditItem.Severity.values
    for each in range(number):
        parent = {"batch": batch} if each % 2 else {"batch": None, "run": run, "row_number": None}
        code = f"code_{each % 12}"
        yield factories.AuditItemFactory.build(**parent, severity=severities[each % 3], code=code)
