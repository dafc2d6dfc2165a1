"""What the tests of imports in the back office share: a file that is sent, confirmed and worked on."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from config.base.tests.admin_helpers import form_of
from crm import tasks
from crm.models import ImportBatch

HEADER = "order_reference,line_number,ordered_at,customer_code,product_key,quantity,unit_price,currency\n"
GOOD = "A-1,1,2026-01-05 10:00,C1,PINOT,2,9.50,EUR\n"
BAD = "A-2,1,2026-01-06 10:00,C2,PINOT,zwei,9.50,EUR\n"


def url(name, *args):
    return reverse(f"admin:crm_importbatch_{name}", args=args)


def file_of(text, name="orders.csv"):
    return SimpleUploadedFile(name, text.encode())


def send(client, text=HEADER + GOOD + BAD, **values):
    """The page that the browser is on after sending this file."""
    body = {"file": file_of(text), "kind": "ORDERS", "reading": "", **values}
    return client.post(url("import"), body, follow=True)


def token_of(page):
    return page.context["upload"].token


def confirm(client, page):
    """The import that begins when the preview is confirmed."""
    answer = client.post(url("preview", token_of(page)), form_of(page, "confirm_form"))
    batch = ImportBatch.objects.get()
    assert answer["Location"] == url("report", batch.pk)
    return batch


def work(batch):
    tasks.import_file.call(batch.pk)
    batch.refresh_from_db()
    return batch
