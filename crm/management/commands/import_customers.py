"""Customers from a CSV file. See `crm.importing.customers`."""

from __future__ import annotations

from crm.management.import_command import ImportCommand


class Command(ImportCommand):
    help = "Imports customers. An empty cell leaves what is known. The same file again changes nothing."
    kind = "CUSTOMERS"
