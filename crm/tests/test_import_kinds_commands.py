"""The commands that import products, customers and contacts: one object for machines, a line for people."""

import json

import pytest
from django.core.management import call_command

from crm.models import ContactEvent, Customer, ImportBatch, Product
from crm.tests.factories import CustomerFactory
from crm.tests.import_files import sheet

pytestmark = pytest.mark.django_db

FILES = {
    "products": (sheet("product_key,label,price", "p,Merlot,5", "q,Syrah,free"), Product),
    "customers": (sheet("customer_code,email", "b,b@example.org", "c,nobody"), Customer),
    "contacts": (
        sheet("customer_code,channel,kind,occurred_at", "a,SMS,SENT,2021-06-01", "a,SMS,SENT,never"),
        ContactEvent,
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_dry_run_a_run_and_a_second_run(kind, settings, tmp_path, capsys):
    settings.DATA_DIR = tmp_path / "data"
    CustomerFactory(customer_code="A")
    text, model = FILES[kind]
    path, rejects = tmp_path / "file.csv", tmp_path / "rejects.csv"
    path.write_text(text)
    known = model.objects.count()

    def run(*options):
        capsys.readouterr()
        call_command(f"import_{kind}", str(path), "--json", *options)
        return json.loads(capsys.readouterr().out)

    dry = run("--dry-run", "--rejects", str(rejects))
    assert (dry["batch"], model.objects.count(), ImportBatch.objects.count()) == (None, known, 0)
    first = run("--rejects", str(rejects))
    batch = ImportBatch.objects.get()
    assert first == dry | {"batch": batch.pk} and batch.kind == kind.upper()
    assert [first[name] for name in ("read", "created", "updated", "unchanged", "rejected")] == [
        2,
        1,
        0,
        0,
        1,
    ]
    assert {"line", "column", "code", "value", "message"} == set(first["rejects"][0])
    assert len(rejects.read_text().splitlines()) == 2
    again = run()
    assert [again[name] for name in ("created", "updated", "unchanged", "rejected")] == [0, 0, 1, 1]
    call_command(f"import_{kind}", str(path))
    assert "2 rows read: 0 created, 0 updated, 1 unchanged, 1 rejected." in capsys.readouterr().out
