"""What the tests of imports share."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from crm.importing.results import ImportResult
from crm.models import ContactEvent, Customer, Product, ProductAlias
from crm.services import check_import, run_import, start_import

MODELS = (Product, ProductAlias, Customer, ContactEvent)


def sheet(header: str, *rows: str) -> str:
    """A CSV file of these lines."""
    return "".join(f"{line}\n" for line in (header, *rows))


def as_csv(rows: list[dict[str, str]], columns: list[str]) -> str:
    """A CSV file of these rows, quoted where they need it."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


class Files:
    """Writes files below a folder and imports them as one kind."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder, self.kind, self.number = folder, kind, 0

    def write(self, text: str) -> Path:
        self.number += 1
        path = self.folder / f"{self.kind.lower()}-{self.number}.csv"
        path.write_bytes(text.encode())
        return path

    def do(self, text: str, mapping: Any = None) -> ImportResult:
        path = self.write(text)
        batch = start_import(kind=self.kind, source=path, file_name=path.name, mapping=mapping)
        return run_import(batch=batch)

    def check(self, text: str, mapping: Any = None) -> ImportResult:
        path = self.write(text)
        return check_import(kind=self.kind, source=path, file_name=path.name, mapping=mapping)


def tables() -> dict[Any, list[dict[str, Any]]]:
    """Everything that these imports write, history included."""
    return {model: list(model.all_objects.order_by("pk").values()) for model in MODELS} | {
        model.history.model: list(model.history.order_by("pk").values()) for model in MODELS
    }


def contents(model: Any, *, without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The rows of a model that are alive, without numbers and moments of writing, in an order of their own."""
    left_out = {"id", "created_at", "updated_at", "first_batch_id", "batch_id", *without}
    rows = [{k: v for k, v in row.items() if k not in left_out} for row in model.objects.values()]
    return sorted(rows, key=repr)


def figures(result: ImportResult) -> tuple[int, int, int, int, int]:
    return result.read, result.created, result.updated, result.unchanged, result.rejected
