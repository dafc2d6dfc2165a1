"""A small market to recommend in."""

from datetime import UTC, date, datetime, timedelta

from crm.models import RecoItem
from crm.tests.factories import CustomerFactory, OrderLineFactory, ProductFactory

AS_OF = date(2022, 1, 1)


def moment(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def product(key, **values):
    return ProductFactory(**{"product_key": key, "label": f"Wine {key}", **values})


def customer(code, **values):
    return CustomerFactory(**{"customer_code": code, **values})


def buy(who, what, days, quantity=1, **values):
    """A line of an order of its own, so many days before the run."""
    return OrderLineFactory(
        customer=who,
        product=what,
        ordered_at=moment(ago(days)),
        quantity=quantity,
        amount=what.price_amount * quantity,
        unit_price=what.price_amount,
        **values,
    )


def chosen(run, code=None):
    """{code: [(scenario, key), …]} in the order of the ranks; of one customer, that list."""
    items = RecoItem.objects.filter(run=run).select_related("customer", "product")
    found: dict = {}
    for item in items.order_by("customer__customer_code", "rank"):
        found.setdefault(item.customer.customer_code, []).append((item.scenario, item.product.product_key))
    return found if code is None else found.get(code, [])
