"""Recording what people do with documents."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from config.base.clock import now_ms
from config.base.exceptions import DomainError

from ..choices import InteractionKind
from ..models import DocumentInteraction, GeneratedDocument
from ..selectors.mine import is_for

#: A day: nobody looks at one document for longer.
MAX_SECONDS = 24 * 60 * 60


@transaction.atomic
def record_interaction(
    *, user: User, document: GeneratedDocument, kind: str, duration_seconds: int | None = None
) -> DocumentInteraction:
    """Note that the user did this with the document now; a fact, never changed afterwards.

    One of theirs only (`visible_to`): what the office looks at tells nothing about a document. A document is
    completed once, by who works through it and not by who looks on, a parent or a teacher; the same thing within a
    millisecond was done once: the first record stays.

    Raises DomainError `not_yours`, `invalid_kind`, `invalid_duration`, `not_for_you`.
    """
    if kind not in InteractionKind.values:
        raise DomainError(_("There is no such kind of interaction."), code="invalid_kind")
    if duration_seconds is not None and not 0 <= duration_seconds <= MAX_SECONDS:
        raise DomainError(_("A duration is between no second and a day."), code="invalid_duration")
    if not GeneratedDocument.objects.visible_to(user).filter(pk=document.pk).exists():
        raise DomainError(_("This document is not yours."), code="not_yours")
    same = DocumentInteraction.objects.filter(user=user, document=document, kind=kind)
    if kind == InteractionKind.COMPLETE:
        if not is_for(user, document):
            raise DomainError(_("Only who works through a document completes it."), code="not_for_you")
        # Locked, so that of two clicks at once the second finds what the first recorded.
        rows = GeneratedDocument.objects.select_for_update(no_key=True).filter(pk=document.pk)
        rows.values_list("pk").first()
        earlier = same.order_by("occurred_at", "id").first()
        if earlier is not None:
            return earlier
    moment = now_ms()
    interaction = DocumentInteraction(
        user=user, document=document, kind=kind, occurred_at=moment, duration_seconds=duration_seconds
    )
    try:
        with transaction.atomic():
            interaction.save()
    except IntegrityError:
        return same.get(occurred_at=moment)
    return interaction
