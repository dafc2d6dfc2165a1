"""Documents rendered again from what is stored of them. See `content.services.replay`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.base.commands import OperatorCommand
from content.models import GeneratedDocument
from content.services import Replay, replay_document


class Command(OperatorCommand):
    help = (
        "Renders every document again from its manifest and compares the fingerprints, those of the stored "
        "files too; nothing is written. Exits 1 where the bytes are not the same."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--document", type=int, metavar="ID", help="This one only.")

    def work(self, **options: Any) -> dict[str, Any]:
        documents = GeneratedDocument.objects.order_by("pk")
        if options["document"] is not None:
            documents = documents.filter(pk=options["document"])
            if not documents.exists():
                raise CommandError(f"There is no document {options['document']}.")
        same = erased = 0
        differences = []
        for document in documents.iterator(chunk_size=50):
            self.progress(f"document {document.pk} …")
            replay = replay_document(document=document)
            erased += replay.is_erased
            same += replay.matches and not replay.is_erased
            if not replay.matches:
                differences.append(described(document, replay))
        return {"ok": not differences, "same": same, "erased": erased, "differences": differences}

    def show(self, result: dict[str, Any]) -> None:
        for each in result["differences"]:
            changed = "; ".join(
                f"{name} {then or 'none'} → {now or 'none'}" for name, (then, now) in each["engines"].items()
            )
            other = "other bytes of " + " and ".join(each["forms"]) if each["forms"] else ""
            stored = f"damaged where it is stored: {' and '.join(each['damaged'])}" if each["damaged"] else ""
            what = "; ".join(filter(None, (each["problem"] or other, stored)))
            self.stdout.write(f"document {each['document']}: {what}" + (f" ({changed})" if changed else ""))
        erased = f", {result['erased']} erased" if result["erased"] else ""
        self.stdout.write(f"{result['same']} the same{erased}, {len(result['differences'])} not.")

    def succeeded(self, result: dict[str, Any]) -> bool:
        return bool(result["ok"])


def described(document: GeneratedDocument, replay: Replay) -> dict[str, Any]:
    """A difference, as `--json` says it."""
    return {
        "document": document.pk,
        "forms": [
            form
            for form, matches in (("html", replay.html_matches), ("pdf", replay.pdf_matches))
            if not matches
        ],
        "expected": {"html": document.html_sha256, "pdf": document.pdf_sha256},
        "found": {"html": replay.html_sha256, "pdf": replay.pdf_sha256},
        "damaged": list(replay.damaged),
        "engines": replay.engines,
        "problem": replay.problem,
    }
