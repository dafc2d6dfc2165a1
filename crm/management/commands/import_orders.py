"""Orders from a CSV file. See `crm.importing.orders`."""

from __future__ import annotations

from crm.management.import_command import ImportCommand


class Command(ImportCommand):
    help = "Imports orders, a row a line of an order. Importing the same file again changes nothing."
    kind = "ORDERS"
