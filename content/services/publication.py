"""Publishing and archiving bricks."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from config.base.events import emit
from config.base.exceptions import DomainError, StaleObjectError

from ..events import BrickPublished
from ..hashing import text_of, text_sha256
from ..models import BrickVersion, ContentBrick


@transaction.atomic
def publish_brick(*, brick: ContentBrick) -> BrickVersion:
    """Freeze the stored text of the brick as its next version, and let new documents be made of it.

    A text that is that of the latest version makes no other: publishing a published brick again changes nothing and
    announces nothing, an archived one comes back with the version that it had.

    Raises DomainError `empty_body`, StaleObjectError.
    """
    stored = _lock(brick)
    if not stored.body.strip():
        raise DomainError(_("Write the text of this brick first."), code="empty_body")
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
