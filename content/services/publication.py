"""Publishing and archiving bricks."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from config.base.events import emit
from config.base.exceptions import Conflict, DomainError, StaleObjectError

from ..checking import BrickProblem, Review, review
from ..events import BrickPublished
from ..failures import describe
from ..hashing import text_of, text_sha256
from ..models import BrickVersion, ContentBrick
from ..rendering.contained import RenderFailed
from ..rendering.markdown import TextRefused, images_of
from ..rendering.values import Image
from ..selectors.figures import images_for


class PublicationRefused(DomainError):
    """A brick that is not ready; `conflicts` lists every problem, each with its field and its place in words."""

    code = "not_publishable"

    def __init__(self, brick: ContentBrick, problems: Sequence[BrickProblem]) -> None:
        self.problems = tuple(problems)
        label = ContentBrick._meta.label
        names = {field.name: str(capfirst(field.verbose_name)) for field in ContentBrick._meta.fields}
        self.conflicts = [Conflict(label, brick.pk, each.field, each.message) for each in problems]
        lines = [f"{names.get(each.field, each.field)} – {each.message}" for each in problems]
        super().__init__(_("Not published. %(problems)s") % {"problems": " · ".join(lines)})


def review_brick(*, brick: ContentBrick, pages: int = 0, variant: str = "TEACHER") -> Review:
    """The brick printed alone, with the figures that there are, and every problem of it; see `content.checking`.

    Raises RenderFailed.
    """
    return review(
        kind=brick.kind,
        language=brick.language,
        images=_images_of(brick),
        pages=pages,
        variant=variant,
        **text_of(brick),
    )


def publish_brick(*, brick: ContentBrick) -> BrickVersion:
    """Freeze the stored text of the brick as its next version, and let new documents be made of it.

    A text that is that of the latest version makes no other: publishing a published brick again changes nothing and
    announces nothing, an archived one comes back with the version that it had.

    The text is printed first: every formula, figure, link and character of it must be (PublicationRefused otherwise).

    Raises DomainError `empty_body`, PublicationRefused, StaleObjectError.
    """
    _refuse_unready(brick)  # before the lock: nobody waits for the printing
    return _publish(brick)


def _refuse_unready(brick: ContentBrick) -> None:
    stored = ContentBrick.objects.filter(pk=brick.pk).first()
    if stored is None:
        return  # what is gone is said by who locks it
    if not stored.body.strip():
        raise DomainError(_("Write the text of this brick first."), code="empty_body")
    latest = stored.latest_version
    if latest is not None and latest.sha256 == text_sha256(**text_of(stored)):
        return  # it has been published as it stands
    try:
        errors = review_brick(brick=stored).errors
    except RenderFailed as failure:
        raise DomainError(describe(failure), code=f"render_{failure.code}") from failure
    if errors:
        raise PublicationRefused(stored, errors)


def _images_of(brick: ContentBrick) -> dict[str, Image]:
    try:
        return images_for(each.name for text in (brick.body, brick.answer) for each in images_of(text))
    except TextRefused:
        return {}  # the review says so


@transaction.atomic
def _publish(brick: ContentBrick) -> BrickVersion:
    stored = _lock(brick)
    sha256 = text_sha256(**text_of(stored))
    latest = stored.latest_version
    if latest is None or latest.sha256 != sha256:
        latest = BrickVersion(brick=stored, number=_next_number(stored), sha256=sha256, **text_of(stored))
        latest.save()
    elif stored.status == ContentBrick.Status.PUBLISHED:
        return latest
    _set_status(brick, ContentBrick.Status.PUBLISHED)
    emit(BrickPublished(brick_id=brick.pk, brick_version_id=latest.pk, number=latest.number))
    return latest


@transaction.atomic
def archive_brick(*, brick: ContentBrick) -> ContentBrick:
    """Take the brick out of what new documents are made of; those that have it keep it. Twice is once.

    Raises StaleObjectError.
    """
    _lock(brick)
    _set_status(brick, ContentBrick.Status.ARCHIVED)
    return brick


def _lock(brick: ContentBrick) -> ContentBrick:
    """The stored row, locked: publications of one brick come one after the other, each of the text that was seen."""
    stored = ContentBrick.objects.select_for_update(no_key=True).filter(pk=brick.pk).first()
    if stored is None or stored.version != brick.version:
        raise StaleObjectError(brick, expected=brick.version, found=stored.version if stored else None)
    return stored


def _next_number(brick: ContentBrick) -> int:
    """One more than any version ever had, so that a number always names the same text."""
    highest = BrickVersion.all_objects.filter(brick=brick).aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def _set_status(brick: ContentBrick, status: str) -> None:
    if brick.status != status:
        brick.status = status
        brick.save(update_fields=["status"])
