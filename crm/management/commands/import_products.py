"""Products from a CSV file. See `crm.importing.products`."""

from __future__ import annotations

from crm.management.import_command import ImportCommand


class Command(ImportCommand):
    help = "Imports products. An empty cell leaves what is known. The same file again changes nothing."
    kind = "PRODUCTS"
