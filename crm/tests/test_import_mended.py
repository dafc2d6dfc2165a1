"""Mended rejects of files whose lines have no number: exact repeats count as if the file had been right at once."""

import pytest

from crm.importing import store
from crm.models import ImportBatch, OrderLine
from crm.services import check_import
from crm.tests.test_import_orders import do, figures, merlot, written  # noqa: F401

pytestmark = pytest.mark.django_db

HEADER = "order_reference,ordered_at,customer_code,product_key,quantity,unit_price\n"
LINE = "A-1,2026-01-05 10:00,C1,merlot,2,12.50\n"
BAD = LINE.replace(",2,", ",zwei,")


def mended(result):
    return result.rejects_file.read_bytes().decode().replace(",zwei,12", ",2,12")


def keys():
    return sorted(OrderLine.objects.values_list("line_key", flat=True))


def test_a_mended_row_that_repeats_one_that_was_taken_is_a_line_more(written):  # noqa: F811
    file = HEADER + LINE + BAD + LINE + BAD
    first = do(written(file))
    assert figures(first) == (4, 2, 0, 0, 2)
    text = mended(first)
    dry = check_import(kind="ORDERS", source=written(text), file_name="rejects.csv", mapping=None)
    again = do(written(text))
    assert figures(dry) == figures(again) == (2, 2, 0, 0, 0)
    assert dry.codes == again.codes == {"exact_repeat": 2}
    assert len(keys()) == 4
    assert figures(do(written(text))) == (2, 0, 0, 2, 0)
    assert figures(do(written(file.replace("zwei", "2")))) == (4, 0, 0, 4, 0)


def test_rejects_may_be_mended_one_after_the_other(written):  # noqa: F811
    first = do(written(HEADER + LINE + BAD + BAD))
    do(written(first.rejects_file.read_bytes()))  # and not one was mended
    unchanged = store.rejects_path(ImportBatch.objects.latest("pk")).read_text()
    half = do(written(unchanged.replace(",zwei,12", ",2,12", 1)))
    assert figures(half) == (2, 1, 0, 0, 1)
    assert figures(do(written(mended(half)))) == (1, 1, 0, 0, 0)
    assert figures(do(written(mended(first)))) == (2, 0, 0, 2, 0)
    assert figures(do(written(HEADER + 3 * LINE))) == (3, 0, 0, 3, 0)


def test_a_file_that_calls_a_column_as_the_rejects_do_keeps_one_of_each_name(written):  # noqa: F811
    columns = dict(zip(*[HEADER.strip().split(",")] * 2, strict=True)) | {"product_key": "code"}
    how = {"columns": columns, "unknown_customer": "create"}
    bad_date = BAD.replace("2026-01-05 10:00", "someday")
    do(written(HEADER.replace("product_key", "code") + LINE + bad_date), how)
    last = ImportBatch.objects.get()
    for mended_cell in (("someday", "2026-01-05 10:00"), (",zwei,12", ",2,12")):
        text = store.rejects_path(last).read_text()
        titles = text.splitlines()[0].split(",")
        assert len(titles) == len(set(titles)) == 11
        last = do(written(text.replace(*mended_cell)), how).batch
    assert (last.rows_created, len(keys())) == (1, 2)


def test_without_the_file_a_mended_row_is_taken_for_the_one_that_it_repeats(written):  # noqa: F811
    first = do(written(HEADER + LINE + BAD))
    store.kept(ImportBatch.objects.get()).unlink()
    assert figures(do(written(mended(first)))) == (1, 0, 0, 1, 0)
    assert len(keys()) == 1
