"""Rules between rows that no constraint can hold, kept on every path that writes (see `config.base.guards`)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Exists, F, Model, OuterRef, ProtectedError, QuerySet, Sum
from django.utils.translation import gettext as _

from config.base import integrity
from config.base.differences import Difference
from config.base.exceptions import DomainError
from config.base.guards import guard, guard_purge

from .choices import RequestStatus
from .files import delete_after_commit, stored_pdf_sha256
from .hashing import TEXT_FIELDS, text_sha256
from .models import (
    BrickVersion,
    ContentBrick,
    ContentBrickRating,
    ContentFigure,
    DocumentBrick,
    DocumentRequest,
    GeneratedDocument,
)

HUNDREDTH = Decimal("0.01")


def watch() -> None:
    """Put the models under guard; called once when the app is ready."""
    guard(ContentBrickRating, keep_ratings)
    guard(BrickVersion, refuse_wrong_fingerprints)
    guard(BrickVersion, keep_a_version)
    guard(DocumentBrick, refuse_wrong_pins)
    guard_purge(ContentFigure, refuse_to_purge_what_is_shown)
    guard_purge(GeneratedDocument, let_files_go)
    integrity.register(ratings_are_true)
    integrity.register(published_bricks_have_a_version)
    integrity.register(versions_are_as_published)
    integrity.register(documents_pin_what_they_say)
    integrity.register(done_requests_have_their_documents)
    integrity.register(documents_are_as_they_were_made)
    integrity.register(figures_are_as_uploaded)


def keep_ratings(keys: list[int], using: str) -> None:
    """A brick's rating and count are those of its alive ratings. Both bricks when a rating moved between two.

    The bricks are locked first, in a statement of its own: of two people who rate at once the second waits, and then
    counts the first. Both figures are untracked: an open form of the brick stays fresh.
    """
    records = ContentBrickRating.history.model._base_manager.using(using).filter(id__any_of=keys)
    touched = sorted(set(records.values_list("brick_id", flat=True)))
    bricks = ContentBrick.all_objects.using(using).filter(pk__any_of=touched)
    list(bricks.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    found = recount(bricks)
    for pk, *stored in bricks.order_by("pk").values_list("pk", "rating", "rating_count"):
        rating, count = found.get(pk, (None, 0))
        if stored != [rating, count]:
            bricks.filter(pk=pk).update(rating=rating, rating_count=count)


def recount(bricks: QuerySet[ContentBrick]) -> dict[int, tuple[Decimal, int]]:
    """{brick: mean score rounded half up to hundredths, number of ratings}, of those that anybody rated."""
    ratings = ContentBrickRating.objects.using(bricks.db).filter(brick__in=bricks.order_by().values("pk"))
    sums = ratings.order_by().values_list("brick").annotate(total=Sum("score"), number=Count("pk"))
    return {
        brick: ((Decimal(total) / number).quantize(HUNDREDTH, ROUND_HALF_UP), number)
        for brick, total, number in sums
    }


def ratings_are_true(using: str) -> Iterator[Difference]:
    """The same for `check_data`, whoever wrote past the kernel."""
    every = ContentBrick.all_objects.using(using)
    found = recount(every)
    rated = every.exclude(rating_count=0, rating=None).values_list("pk", "rating", "rating_count")
    stored = {pk: (rating, count) for pk, rating, count in rated}
    for pk in sorted(found.keys() | stored.keys()):
        if found.get(pk) != stored.get(pk):
            yield Difference(
                "content_contentbrick.rating",
                "rating and recount differ",
                expected=_figures(found.get(pk)),
                found=f"brick {pk}: {_figures(stored.get(pk))}",
            )


def _figures(figures: tuple[Decimal | None, int] | None) -> str:
    return "no rating" if figures is None else f"{figures[0]} of {figures[1]}"


def refuse_wrong_fingerprints(keys: list[int], using: str) -> None:
    """DomainError `wrong_sha256` when a version is not fingerprinted by its own text."""
    if next(_wrong_fingerprints(BrickVersion.all_objects.using(using).filter(pk__any_of=keys)), None):
        raise DomainError(_("This is not the fingerprint of the text."), code="wrong_sha256")


def _wrong_fingerprints(versions: QuerySet[BrickVersion]) -> Iterator[int]:
    """The keys of versions whose fingerprint is not that of their text."""
    rows = versions.order_by("pk").values_list("pk", "sha256", *TEXT_FIELDS)
    for pk, sha256, *texts in rows.iterator():
        if sha256 != text_sha256(**dict(zip(TEXT_FIELDS, texts, strict=True))):
            yield pk


def versions_are_as_published(using: str) -> Iterator[Difference]:
    """The same for `check_data`: a version that was changed past the kernel no longer fits its fingerprint."""
    for pk in _wrong_fingerprints(BrickVersion.all_objects.using(using)):
        yield Difference(
            "content_brickversion.sha256", "not the fingerprint of the text", found=f"version {pk}"
        )


def keep_a_version(keys: list[int], using: str) -> None:
    """DomainError `last_version` when a published brick has just lost its last version.

    That it had one to begin with is for `publish_brick`, the doors and `check_data`: a fixture loads a brick before
    its versions.
    """
    gone = BrickVersion.all_objects.using(using).filter(pk__any_of=keys, is_deleted=True)
    bricks = ContentBrick.objects.using(using).filter(pk__in=gone.order_by().values("brick"))
    # Locked, because publishing meanwhile would look for the very version that goes.
    locked = bricks.published().order_by("pk").select_for_update(no_key=True)
    published = list(locked.values_list("pk", flat=True))
    if published and _without_version(using).filter(pk__any_of=published).exists():
        message = _("This is the only version of a published brick. Archive the brick first.")
        raise DomainError(message, code="last_version")


def published_bricks_have_a_version(using: str) -> Iterator[Difference]:
    """The same for `check_data`, whoever wrote past the services."""
    for pk in _without_version(using).order_by("pk").values_list("pk", flat=True):
        yield Difference("content_contentbrick.status", "published without a version", found=f"brick {pk}")


def _without_version(using: str) -> QuerySet[ContentBrick]:
    versions = BrickVersion.objects.using(using).filter(brick=OuterRef("pk"))
    return ContentBrick.objects.using(using).published().filter(~Exists(versions))


def refuse_wrong_pins(keys: list[int], using: str) -> None:
    """DomainError `wrong_sha256` when a document says of a version what is not its fingerprint."""
    if _wrong_pins(using).filter(pk__any_of=keys).exists():
        raise DomainError(_("This is not the fingerprint of that version."), code="wrong_sha256")


def documents_pin_what_they_say(using: str) -> Iterator[Difference]:
    """The same for `check_data`, whoever wrote past the kernel."""
    for pk in _wrong_pins(using).order_by("pk").values_list("pk", flat=True):
        yield Difference(
            "content_documentbrick.sha256", "not the fingerprint of the version", found=f"document brick {pk}"
        )


def _wrong_pins(using: str) -> QuerySet[DocumentBrick]:
    return DocumentBrick.all_objects.using(using).exclude(sha256=F("brick_version__sha256"))


def refuse_to_purge_what_is_shown(keys: list[int], using: str) -> None:
    """ProtectedError when a version names one of these figures: it would no longer render as it was published."""
    for figure in ContentFigure.all_objects.using(using).filter(pk__any_of=keys).defer("data").order_by("pk"):
        versions: set[Model] = set(BrickVersion.all_objects.using(using).naming_figure(figure.name)[:10])
        if versions:
            named = ", ".join(sorted(str(version) for version in versions))
            message = _("The figure %(name)s is shown by %(versions)s.")
            raise ProtectedError(message % {"name": figure.name, "versions": named}, versions)


def let_files_go(keys: list[int], using: str) -> None:
    """The PDFs go with their documents: no row would know of them, and no erasure find them."""
    documents = GeneratedDocument.all_objects.using(using).filter(pk__any_of=keys)
    delete_after_commit(list(documents.values_list("pdf", flat=True)), using)


def figures_are_as_uploaded(using: str) -> Iterator[Difference]:
    """For `check_data`: a file that was changed past the kernel no longer fits its fingerprint."""
    rows = ContentFigure.all_objects.using(using).order_by("pk").values_list("pk", "sha256", "data")
    for pk, sha256, data in rows.iterator(chunk_size=10):
        if hashlib.sha256(base64.b64decode(data)).hexdigest() != sha256:
            yield Difference(
                "content_contentfigure.sha256", "not the fingerprint of the file", found=f"figure {pk}"
            )


def done_requests_have_their_documents(using: str) -> Iterator[Difference]:
    """For `check_data`: what was asked for is there, be it in the trash."""
    made: dict[int, set[str]] = {}
    documents = GeneratedDocument.all_objects.using(using).order_by()
    for request, variant in documents.values_list("request", "variant").iterator():
        made.setdefault(request, set()).add(variant)
    done = DocumentRequest.objects.using(using).filter(status=RequestStatus.DONE).order_by("pk")
    for pk, variants in done.values_list("pk", "variants").iterator():
        if missing := set(variants) - made.get(pk, set()):
            yield Difference(
                "content_documentrequest.status",
                "done without its documents",
                expected=", ".join(sorted(missing)),
                found=f"request {pk}",
            )


def documents_are_as_they_were_made(using: str) -> Iterator[Difference]:
    """For `check_data`: the HTML and the file of the PDF fit their fingerprints, unless both were erased."""
    rows = GeneratedDocument.all_objects.using(using).exclude(html="").order_by("pk")
    for document in rows.only("html", "html_sha256", "pdf", "pdf_sha256").iterator(chunk_size=50):
        if hashlib.sha256(document.html.encode()).hexdigest() != document.html_sha256:
            yield Difference(
                "content_generateddocument.html_sha256",
                "not the fingerprint of the HTML",
                found=f"document {document.pk}",
            )
        if document.pdf and (found := stored_pdf_sha256(document)) != document.pdf_sha256:
            yield Difference(
                "content_generateddocument.pdf",
                "not the fingerprint of the file" if found else "there is no such file",
                found=f"document {document.pk}",
            )
