"""Recommendations for everybody as of a day. See `crm.services.recommendations`."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from config.base.commands import OperatorCommand
from config.base.exceptions import DomainError
from crm.recommending.export import export_items
from crm.services import recommend


class Command(OperatorCommand):
    help = (
        "Recommends up to three products to each customer who may be contacted, as of the beginning of a day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--as-of",
            required=True,
            type=date.fromisoformat,
            metavar="DATE",
            help="The day, such as 2022-01-01; no order on or after it is read.",
        )
        parser.add_argument(
            "--config",
            type=Path,
            metavar="FILE",
            help="A JSON object of settings, such as {“silence_days”: 21}; the others have their defaults.",
        )
        parser.add_argument("--export", type=Path, metavar="FILE", help="Write the items there, as CSV.")

    def work(self, **options: Any) -> dict[str, Any]:
        config = read_config(options["config"])
        export: Path | None = options["export"]
        if export is not None and not export.parent.is_dir():
            raise CommandError(f"{export}: there is no folder {export.parent}.")
        start = time.perf_counter()
        try:
            run = recommend(
                as_of=options["as_of"], config=config, progress=lambda step: self.progress(f"{step} …")
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        seconds = round(time.perf_counter() - start, 3)
        if export is not None:
            write_export(run, export)
        counts = run.counts
        return {
            "run": run.pk,
            "as_of": run.as_of,
            "customers": counts["customers"],
            "items": counts["items"],
            "holdout": counts["holdout"],
            "coverage": counts["coverage"],
            "scenarios": counts["scenarios"],
            "excluded": counts["excluded"],
            "config_hash": run.config_hash,
            "input_hash": run.input_hash,
            "seconds": seconds,
            "timings": run.timings,
        }

    def show(self, result: dict[str, Any]) -> None:
        self.table(("scenario", "items"), result["scenarios"].items())
        if result["excluded"]:
            self.table(("excluded", "customers"), result["excluded"].items())
        self.stdout.write(f"settings {result['config_hash']}\ndata     {result['input_hash']}")
        self.stdout.write(
            f"Run {result['run']} as of {result['as_of']}: {result['items']:,} recommendations to "
            f"{result['customers']:,} customers, {result['holdout']:,} of them held out, in {result['seconds']:.1f} s."
        )


def read_config(path: Path | None) -> Any:
    """The settings in a file. CommandError when it cannot be read."""
    if path is None:
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror or error}.") from error
    except ValueError as error:
        raise CommandError(f"{path} is not JSON: {error}.") from error


def write_export(run: Any, path: Path) -> None:
    """The whole file or none: it is written beside and put into its place at the end."""
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.writelines(export_items(run))
        beside.replace(path)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror or error}.") from error
    finally:
        beside.unlink(missing_ok=True)
