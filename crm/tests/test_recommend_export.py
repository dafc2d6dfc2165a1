"""The export of a run: the same bytes whatever the rows' order, the keys, the hash seed and the number of threads."""

import csv
import io
import json
import math
import os
import random
import subprocess
import sys

import polars as pl
import pytest
from django.core.management import CommandError, call_command

from crm.models import Customer, OrderLine, Product, RecoItem, RecoRun
from crm.recommending.config import complete_config
from crm.recommending.export import HEADER, export_items
from crm.recommending.loading import Inputs, load_inputs
from crm.services import recommend
from crm.tests.run_helpers import AS_OF, buy, customer, product

pytestmark = pytest.mark.django_db

GRAPES = ("Pinot Noir", "Gamay", "Chardonnay", None)
FAMILIES = ("RED", "WHITE", None)


def plant(*, shuffle=None):
    """A market of thirty customers and ten products, its rows written in an order of their own."""
    chance = random.Random(7)
    people = [(f"C_{number:02d}", number % 11 == 0) for number in range(30)]
    goods = [
        (f"P_{at}", {"grape": GRAPES[at % 4], "family": FAMILIES[at % 3], "premium_tier": 1 + at % 5})
        for at in range(10)
    ]
    lines = [
        (code, f"P_{chance.randrange(10)}", chance.randint(1, 300), chance.choice((1, 1, 2, -1)))
        for code, _off in people[:27]
        for _line in range(chance.randint(1, 9))
    ]
    references = list(range(len(lines)))
    rows = list(zip(references, lines, strict=True))
    for some in (people, goods, rows) if shuffle else ():
        shuffle.shuffle(some)
    products = {key: product(key, **values) for key, values in goods}
    customers = {code: customer(code, is_contactable=not off) for code, off in people}
    for number, (code, key, days, quantity) in rows:
        buy(
            customers[code],
            products[key],
            days,
            quantity=quantity,
            order_reference=f"ORDER_{number // 2}",
            line_key=str(number % 2),
        )


def exported(run):
    return "".join(export_items(run))


def test_the_order_of_rows_and_the_keys_change_nothing():
    plant()
    first = recommend(as_of=AS_OF)
    text, known = exported(first), set(Product.objects.values_list("pk", flat=True))
    assert first.counts["items"] > 40
    for model in (RecoItem, OrderLine, Product, Customer):
        model.all_objects.all().delete()
    RecoRun.objects.filter(pk=first.pk).delete()
    plant(shuffle=random.Random(3))
    assert not known & set(Product.objects.values_list("pk", flat=True))
    second = recommend(as_of=AS_OF)
    assert exported(second) == text
    assert (second.config_hash, second.input_hash) == (first.config_hash, first.input_hash)
    assert second.counts == first.counts


def test_which_of_two_purchases_alike_is_taken_back_does_not_hang_on_the_rows():
    """Two orders of one moment hold the same bottle, one of them another too: is one order left, or are two?"""
    bottle, other = product("BOTTLE"), product("OTHER")
    said = set()
    for references in (("A", "B"), ("B", "A")):
        who = customer("WHO")
        for reference in references:
            buy(who, bottle, 10, order_reference=reference, line_key="1")
        buy(who, other, 10, order_reference="B", line_key="2")
        buy(who, bottle, 5, quantity=-1, order_reference="C")
        run = recommend(as_of=AS_OF)
        said.add((run.input_hash, exported(run)))
        for model in (RecoItem, OrderLine, Customer):
            model.all_objects.all().delete()
    assert len(said) == 1


MAKE = """
import sys
from hashlib import sha256
from datetime import date
import django, polars as pl
django.setup()
from crm.recommending.config import complete_config
from crm.recommending.loading import Inputs
from crm.recommending.making import make_items

frames = {name: pl.read_ipc(f"{sys.argv[1]}/{name}").sample(fraction=1, shuffle=True, seed=int(sys.argv[2]))
          for name in ("lines", "excluded", "contacts")}
for name, key in (("customers", "code"), ("products", "key")):
    frames[name] = pl.read_ipc(f"{sys.argv[1]}/{name}").sort(key)
inputs = Inputs(as_of=date(2022, 1, 1), **frames)
made = make_items(inputs, complete_config(None))
text = made.items.write_csv() + made.excluded.write_csv() + repr(made.counts())
print(inputs.hash(), sha256(text.encode()).hexdigest(), pl.thread_pool_size())
"""


def test_hash_seeds_and_threads_change_nothing(tmp_path):
    plant()
    inputs: Inputs = load_inputs(as_of=AS_OF, config=complete_config(None))
    for name in ("lines", "customers", "products", "excluded", "contacts"):
        frame: pl.DataFrame = getattr(inputs, name)
        frame.write_ipc(tmp_path / name)
    said = set()
    for seed, threads in (("0", "1"), ("1", "4"), ("2", "4")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "POLARS_MAX_THREADS": threads}
        command = [sys.executable, "-c", MAKE, str(tmp_path), seed]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        *hashes, used = done.stdout.split()
        assert used == threads
        said.add(tuple(hashes))
    assert len(said) == 1
    assert said.pop()[0] == inputs.hash()


def test_rows_are_in_the_order_of_codes_and_ranks_and_read_back_the_same():
    plant()
    for code in ("c_é", "C É", "=C", 'Z,"Z"'):
        customer(code)
    run = recommend(as_of=AS_OF)
    text = exported(run)
    assert "\r" not in text
    header, *rows = csv.reader(io.StringIO(text))
    assert tuple(header) == HEADER
    assert len(rows) == run.counts["items"]
    codes = [(row[0].removeprefix("'"), int(row[1])) for row in rows]
    assert codes == sorted(codes)
    assert "'=C" in {row[0] for row in rows}
    for row in rows:
        item = RecoItem.objects.get(
            run=run, customer__customer_code=row[0].removeprefix("'"), rank=int(row[1])
        )
        assert (item.product.product_key, item.scenario) == (row[2], row[3])
        assert abs(float(row[4]) - item.score) < 1e-12
        reasons = json.loads(row[5])
        assert reasons == item.reasons
        assert abs(math.fsum(each["value"] for each in reasons["components"]) - float(row[4])) <= 1e-9
        assert (item.explanation_fr, item.explanation_en) == (row[6], row[7])


def test_what_went_to_the_trash_is_not_exported():
    plant()
    run = recommend(as_of=AS_OF)
    run.items.first().delete()
    assert len(exported(run).splitlines()) == run.counts["items"]


def call(*arguments):
    out = io.StringIO()
    call_command("recommend", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_what_it_did_and_exports_it(tmp_path):
    plant()
    settings = tmp_path / "settings.json"
    settings.write_text('{"silence_days": 3, "items_per_customer": 2}', encoding="utf-8")
    file = tmp_path / "items.csv"
    said = json.loads(call("--as-of=2022-01-01", f"--config={settings}", f"--export={file}", "--json"))
    run = RecoRun.objects.get(pk=said["run"])
    assert (run.config["silence_days"], run.config["items_per_customer"]) == (3, 2)
    assert said["scenarios"] == run.counts["scenarios"]
    assert said["excluded"] == {"UNCONTACTABLE": 3}
    assert (said["config_hash"], said["input_hash"]) == (run.config_hash, run.input_hash)
    assert said["seconds"] > 0
    assert file.read_bytes() == exported(run).encode()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["items.csv", "settings.json"]


def test_the_command_ends_with_a_line_for_people():
    plant()
    *_table, last = call("--as-of", "2022-01-01").splitlines()
    run = RecoRun.objects.get()
    assert f"{run.counts['items']} recommendations to {run.counts['customers']} customers" in last


@pytest.mark.parametrize(
    ("text", "named"),
    [('{"silence_days": -1}', "silence_days"), ("{", "is not JSON"), (None, "No such file")],
)
def test_the_command_refuses_settings_that_do_not_fit(tmp_path, text, named):
    file = tmp_path / "settings.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=named):
        call("--as-of", "2022-01-01", "--config", str(file))
    assert not RecoRun.objects.exists()


def test_the_command_looks_for_the_folder_before_it_begins(tmp_path):
    with pytest.raises(CommandError, match="no folder"):
        call("--as-of", "2022-01-01", "--export", str(tmp_path / "none" / "items.csv"))
    assert not RecoRun.objects.exists()
