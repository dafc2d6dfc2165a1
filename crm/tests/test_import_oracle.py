"""Small messy files against a plain reading of the rules, row by row: the same counts, the same lines, in any order."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm.models import AuditItem, Customer, OrderLine, Product
from crm.services import check_import, run_import, start_import
from crm.tests.factories import CustomerFactory, ProductFactory

pytestmark = pytest.mark.django_db

COLUMNS = ("order", "number", "date", "client", "item", "count", "price")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A1", "a1 ", "A2", ""]),
        st.sampled_from(["1", "2", "02", ""]),
        st.sampled_from(["2021-03-01", "2021-03-01 00:00:00", "01/03/2021", "soon"]),
        st.sampled_from(["C1", "c1", "7.0", "7", "GONE", "OLD", "NEW", ""]),
        st.sampled_from(["MERLOT", "merlot", "SYRAH", ""]),
        st.sampled_from(["1", "1.0", "-2", "0", "x"]),
        st.sampled_from(["9.90", "9,9", "0", "-1", "free"]),
    ),
    min_size=1,
    max_size=8,
)


def mapping(*, numbered: bool, create: bool) -> dict:
    names = (
        "order_reference",
        "line_number",
        "ordered_at",
        "customer_code",
        "product_key",
        "quantity",
        "unit_price",
    )
    columns = {
        ours: theirs for ours, theirs in zip(names, COLUMNS, strict=True) if numbered or theirs != "number"
    }
    return {
        "columns": columns,
        "unknown_customer": "create",
        "unknown_product": "create" if create else "park",
    }


def as_file(rows, columns=COLUMNS) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue()


def expected(rows, *, numbered: bool, create: bool):
    """(verdict of each row, the lines that stand there in the end), by the rules as a person would apply them."""
    read = [_read(row, numbered=numbered) for row in rows]
    said = Counter(content for _key, content, _line, _wrong in read)
    by_key: dict = {}
    for key, content, _line, _wrong in read:
        by_key.setdefault(key, set()).add(content)
    verdicts, lines, seen = [], Counter(), Counter()
    for key, content, line, wrong in read:
        unknown = line is not None and line[1] == "SYRAH" and not create
        seen[content] += 1
        if wrong or unknown or (numbered and None not in key and len(by_key[key]) > 1):
            verdicts.append("rejected")
        elif numbered and seen[content] > 1:
            verdicts.append("unchanged")
        else:
            verdicts.append("created")
            lines[(key[0], *line)] += 1
    repeats = sum(number - 1 for number in said.values())
    return Counter(verdicts), lines, repeats


def _read(row, *, numbered: bool):
    order, number, date, client, item, count, price = (cell.strip().upper() or None for cell in row)
    number = number.lstrip("0") if number and numbered else None
    client = client.removesuffix(".0") if client else None
    day = None if date == "SOON" else datetime(2021, 3, 1, tzinfo=ZoneInfo("Europe/Paris"))
    pieces = {"1": 1, "1.0": 1, "-2": -2}.get(count or "")
    each = {"9.90": Decimal("9.90"), "9,9": Decimal("9.90"), "0": Decimal(0), "-1": Decimal(-1)}.get(
        price or ""
    )
    wrong = (
        None in (order, client, item, day, pieces, each) or (numbered and number is None) or client == "GONE"
    )
    wrong = wrong or each < 0
    said = (day or date, f"?{count}" if pieces is None else pieces, price if each is None else each)
    content = (order, number, client, item, *said)
    line = None
    if None not in (client, item, day, pieces, each):
        line = ("SURVIVOR" if client == "OLD" else client, item, day, pieces, each, pieces * each)
    return (order, number), content, line, wrong


def stored():
    rows = OrderLine.objects.select_related("customer", "product")
    return Counter(
        (
            *(row.order_reference, row.customer.customer_code, row.product.product_key),
            *(row.ordered_at, row.quantity, row.unit_price, row.amount),
        )
        for row in rows
    )


def tables():
    models = (OrderLine, Customer, Product)
    return [
        list(each.order_by("pk").values()) for model in models for each in (model.all_objects, model.history)
    ]


def run(text: str, how: dict, *, dry: bool = False):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        path.write_text(text)
        what = {"kind": "ORDERS", "source": path, "file_name": path.name, "mapping": how}
        return check_import(**what) if dry else run_import(batch=start_import(**what))


def figures(result):
    return Counter(
        created=result.created, updated=result.updated, unchanged=result.unchanged, rejected=result.rejected
    )


@given(ROWS, st.booleans(), st.booleans(), st.randoms(use_true_random=False))
@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_file_gives_what_the_rules_say(rows, numbered, create, shuffler):
    """In any order; dry or real; twice; and once its rejects are mended, as if it had been right at once."""
    with transaction.atomic():
        ProductFactory(product_key="MERLOT")
        CustomerFactory(customer_code="GONE").delete()
        CustomerFactory(customer_code="OLD", merged_into=CustomerFactory(customer_code="SURVIVOR"))
        how = mapping(numbered=numbered, create=create)
        verdicts, lines, repeats = expected(rows, numbered=numbered, create=create)
        shuffled = random.Random(shuffler.random()).sample(rows, len(rows))
        before = tables()
        dry = run(as_file(rows), how, dry=True)
        assert tables() == before
        real = run(as_file(shuffled), how)
        assert figures(real) == figures(dry) == verdicts
        assert real.codes == dry.codes and real.codes.get("exact_repeat", 0) == repeats
        assert stored() == lines
        notes = Counter(AuditItem.objects.filter(batch=real.batch).values_list("code", flat=True))
        assert notes == Counter(real.codes)
        after = tables()
        again = run(as_file(rows), how)
        assert (again.created, again.updated, again.rejected) == (0, 0, real.rejected)
        assert tables() == after
        _mend(real, how, numbered=numbered)
        transaction.set_rollback(True)


def _mend(real, how, *, numbered: bool) -> None:
    """The file of rejects holds exactly the rejected rows; mended, each of them is a line more."""
    rejects = list(csv.DictReader(io.StringIO(real.rejects_file.read_text())))
    assert [(int(row["line"]), row["code"]) for row in rejects] == [(r.line, r.code) for r in real.rejects]
    assert len(rejects) == real.rejected
    if not rejects:
        return
    known = OrderLine.objects.count()
    for number, row in enumerate(rejects):
        row |= {"order": f"M{number}", "number": "1", "date": "2021-04-01", "client": "C9"}
        row |= {"item": "MERLOT", "count": "1", "price": "5"}
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rejects[0]))
    writer.writeheader()
    writer.writerows(rejects)
    assert figures(run(out.getvalue(), how)) == Counter(created=len(rejects))
    assert OrderLine.objects.count() == known + len(rejects)
