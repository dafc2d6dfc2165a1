"""One document, both copies, into a folder. See `content.services.drafting` and `content.services.generation`."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import unicodedata
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from accounts.models import StudentProfile
from config.base.commands import OperatorCommand
from config.base.exceptions import DomainError
from content.choices import Level, RequestStatus, Variant
from content.failures import describe
from content.manifests import versions_of
from content.models import ContentTemplate
from content.rendering.contained import RenderFailed
from content.rendering.values import Rendered
from content.services import Draft, draft_document, generate_document, request_document
from courses.choices import Language
from courses.models import Subject


class Command(OperatorCommand):
    help = (
        "Makes one document: student.html, student.pdf, teacher.html and teacher.pdf. Nothing is recorded, unless it "
        "is for a student: then it counts as seen by them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--template", required=True, metavar="SLUG", help="The template.")
        parser.add_argument("--subject", required=True, metavar="SLUG", help="The subject.")
        parser.add_argument(
            "--level",
            required=True,
            type=read_level,
            metavar="LEVEL",
            help="One of " + ", ".join(Level.values),
        )
        parser.add_argument(
            "--seed", required=True, type=int, metavar="N", help="The same seed draws the same bricks."
        )
        parser.add_argument("--student", metavar="USERNAME", help="Whom it is for.")
        parser.add_argument(
            "--date",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="The day to print, today in UTC without: the same day gives the same bytes.",
        )
        parser.add_argument("--language", choices=Language.values, help="Of its bricks; any without.")
        parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="Where the files go.")

    def work(self, **options: Any) -> dict[str, Any]:
        day = options["date"] or datetime.now(UTC).date()
        language = options["language"]
        asked: dict[str, Any] = {
            "template": named(ContentTemplate, "template", options["template"]),
            "subject": named(Subject, "subject", options["subject"]),
            "level": read_level(options["level"]),
            "seed": options["seed"],
            "criteria": {"language": language} if language else {},
        }
        moment = datetime.combine(day, time(), UTC)
        self.progress("picking bricks and setting both copies …")
        with in_words():
            if options["student"]:
                draft = self.recorded(student_named(options["student"]), moment, asked)
            else:
                draft = draft_document(**asked, rendered_at=moment)
        out: Path = options["out"]
        write_files(out, draft.copies)
        bricks = [version.brick_id for version in versions_of(draft.manifest)]
        return {
            **{
                variant.lower(): described(out, variant, copy, bricks)
                for variant, copy in draft.copies.items()
            },
            "seed": options["seed"],
            "shortage": [
                {"slot": slot, "missing": missing}
                for slot, missing in draft.manifest.get("shortage", {}).items()
            ],
        }

    def recorded(self, student: StudentProfile, moment: datetime, asked: dict[str, Any]) -> Draft:
        """Made as a request of the student's."""
        request = request_document(requester=student.user, student=student, in_background=False, **asked)
        while request.status == RequestStatus.QUEUED:
            request = generate_document(request=request, rendered_at=moment)
        if request.status != RequestStatus.DONE:
            raise CommandError(request.error or f"Somebody else works on request {request.reference}.")
        documents = {each.variant: each for each in request.documents.all()}
        copies = {
            variant: Rendered(each.html, each.pdf.read(), each.page_count)
            for variant, each in sorted(documents.items())
        }
        return Draft(documents[Variant.STUDENT].manifest, copies)

    def show(self, result: dict[str, Any]) -> None:
        for each in result["shortage"]:
            self.stdout.write(f"{each['slot']}: {each['missing']} missing.")
        for variant in ("student", "teacher"):
            for form in ("html", "pdf"):
                self.stdout.write(f"{result[variant]['sha256'][form]}  {result[variant][form]}")
        number = len(result["student"]["bricks"])
        self.stdout.write(
            f"{number} brick{'s' if number != 1 else ''} in both copies, seed {result['seed']}."
        )


@contextmanager
def in_words() -> Iterator[None]:
    """What keeps the document from being made, as a CommandError."""
    try:
        yield
    except ValidationError as error:
        wrong = (f"{field}: {' '.join(told)}" for field, told in sorted(error.message_dict.items()))
        raise CommandError("; ".join(wrong)) from error
    except DomainError as error:
        raise CommandError(str(error)) from error
    except RenderFailed as failure:
        raise CommandError(describe(failure)) from failure


def read_level(text: str) -> str:
    """The level that is meant, whatever the case and the accents."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    if plain not in Level.values:
        raise ArgumentTypeError(f"There is no level {text}: it is one of {', '.join(Level.values)}.")
    return plain


def named(model: Any, what: str, slug: str) -> Any:
    """The alive row of that slug."""
    found = model.objects.filter(slug=slug).first()
    if found is None:
        slugs = ", ".join(model.objects.order_by("slug").values_list("slug", flat=True)[:20])
        raise CommandError(f"There is no {what} {slug}. There are: {slugs or 'none'}.")
    return found


def student_named(username: str) -> StudentProfile:
    """The profile of the student who signs in by that name."""
    found = StudentProfile.objects.filter(user__username=username, user__is_deleted=False).first()
    if found is None:
        raise CommandError(f"There is no student {username}.")
    return found


def file_of(out: Path, variant: str, form: str) -> Path:
    return out / f"{variant.lower()}.{form}"


def described(out: Path, variant: str, copy: Rendered, bricks: list[int]) -> dict[str, Any]:
    """What `--json` says of a copy."""
    return {
        "html": str(file_of(out, variant, "html")),
        "pdf": str(file_of(out, variant, "pdf")),
        "sha256": {
            "html": hashlib.sha256(copy.html.encode()).hexdigest(),
            "pdf": hashlib.sha256(copy.pdf).hexdigest(),
        },
        "bricks": bricks,
    }


def write_files(out: Path, copies: dict[str, Rendered]) -> None:
    """Every file or none, as far as four files can be: they are written beside and put into their place at the end.

    What stands in a place that no file can take is refused before; only a process that is killed between two of the
    last steps leaves some of both runs.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for variant in copies:
            for path in (file_of(out, variant, "html"), file_of(out, variant, "pdf")):
                if path.is_dir():
                    raise CommandError(f"{path} is a folder.")
        beside = Path(tempfile.mkdtemp(prefix=".", dir=out))
        try:
            for variant, copy in copies.items():
                file_of(beside, variant, "html").write_bytes(copy.html.encode())
                file_of(beside, variant, "pdf").write_bytes(copy.pdf)
            for path in sorted(beside.iterdir()):
                path.replace(out / path.name)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise CommandError(f"{out}: {error.strerror or error}.") from error
