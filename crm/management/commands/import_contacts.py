"""Contacts from a CSV file. See `crm.importing.contacts`."""

from __future__ import annotations

from crm.management.import_command import ImportCommand


class Command(ImportCommand):
    help = (
        "Imports contacts with customers. No import lifts a suppression. The same file again changes nothing."
    )
    kind = "CONTACTS"
