"""Erasing somebody takes the imported files in which they are named; files about others stay."""

from __future__ import annotations

import gzip

import pytest

from accounts.services import erase_person
from accounts.tests.factories import UserFactory
from crm import uploads
from crm.importing import store
from crm.models import Customer, ImportBatch
from crm.services import cancel_import, run_import, start_import

pytestmark = pytest.mark.django_db

HEADER = "customer_code,full_name,email,phone\n"
ZOE = "CUST_0042,Zoé Quatremère,zoe@example.org,\n"
NAMED = "CUST_0042,Zoé Quatremère,,+33 6 12 34 56 78\n"
OTHER = "CUST_0043,Paul Autre,paul@example.org,\n"
BAD = "CUST_0044,Zoé Quatremère,no address,\n"


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"


def load(tmp_path, text, encoding="utf-8", packed=False):
    source = tmp_path / "customers.csv"
    data = text.encode(encoding)
    source.write_bytes(gzip.compress(data) if packed else data)
    batch = start_import(kind="CUSTOMERS", source=source, file_name=source.name, mapping=None)
    run_import(batch=batch)
    return batch


def erase(capture):
    user = UserFactory(email="zoe@example.org")
    Customer.objects.filter(customer_code="CUST_0042").update(user=user)
    with capture(execute=True):
        erase_person(user=user)


def kept():
    """The names of the files that are kept."""
    return {path.name for path in store.folder().iterdir() if path.is_file()}


@pytest.mark.parametrize(("encoding", "packed"), [("utf-8", False), ("cp1252", False), ("utf-8", True)])
def test_files_that_wrote_rows_of_theirs_go_with_their_rejects(
    tmp_path, django_capture_on_commit_callbacks, encoding, packed
):
    theirs = load(tmp_path, HEADER + ZOE + BAD, encoding, packed)
    later = load(tmp_path, HEADER + NAMED, encoding, packed)
    others = load(tmp_path, HEADER + OTHER + OTHER.replace("paul@", "").replace("CUST_0043", ""))
    erase(django_capture_on_commit_callbacks)
    assert kept() == {others.sha256, store.rejects_path(others).name, store.rejects_path(later).name}
    assert theirs.rows_rejected == 1


def test_other_files_go_where_nobody_else_is_meant(tmp_path, django_capture_on_commit_callbacks):
    load(tmp_path, HEADER + ZOE)
    mentioned = load(tmp_path, HEADER + OTHER.replace("Paul Autre", "for zoe@EXAMPLE.org"))
    namesake = load(tmp_path, HEADER + OTHER.replace("Paul Autre", "Zoé Quatremère"))
    cancelled = start_import(
        kind="CUSTOMERS", source=tmp_path / "customers.csv", file_name="a.csv", mapping=None
    )
    cancel_import(batch=cancelled)
    erase(django_capture_on_commit_callbacks)
    assert mentioned.sha256 not in kept()
    assert namesake.sha256 in kept() and store.kept(cancelled).is_file()
    assert ImportBatch.objects.count() == 4


def test_uploads_that_are_looked_at_go_too(tmp_path, django_capture_on_commit_callbacks):
    load(tmp_path, HEADER + ZOE)
    asked = {"kind": "CUSTOMERS", "file_name": "a.csv", "owner": 10**9}
    theirs = uploads.keep_upload(chunks=[(HEADER + ZOE).encode()], **asked)
    others = uploads.keep_upload(chunks=[(HEADER + OTHER).encode()], **asked)
    erase(django_capture_on_commit_callbacks)
    assert not theirs.folder.exists() and others.folder.exists()


def test_files_stay_where_the_erasure_is_taken_back(tmp_path, django_capture_on_commit_callbacks):
    batch = load(tmp_path, HEADER + ZOE)
    with django_capture_on_commit_callbacks(execute=False):
        erase_person(user=UserFactory(email="zoe@example.org"))
    assert batch.sha256 in kept()
