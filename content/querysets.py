"""What is asked of bricks, templates, requests and documents: the repository layer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.whose import VIEW_PROGRESS, is_child_of, is_student_of
from config.base.clock import now_ms
from config.base.querysets import BaseQuerySet
from config.base.rows import rows_for

from . import lookups  # noqa: F401 - importing registers `has_entry`
from .hashing import TEXT_FIELDS
from .leases import LEASE

if TYPE_CHECKING:
    from .models import (
        BrickVersion,
        ContentBrick,
        ContentBrickRating,
        ContentFigure,
        ContentTemplate,
        DocumentBrick,
        DocumentInteraction,
        DocumentRequest,
        GeneratedDocument,
    )

#: What decides which bricks a template takes and what it fills in; a change of any is a new revision.
LAYOUT_FIELDS = frozenset({"document_type", "slots", "placeholders"})


class ContentBrickQuerySet(BaseQuerySet["ContentBrick"]):
    def get_by_natural_key(self, slug: str) -> ContentBrick:
        return self.by_natural_key(slug=slug)

    def published(self) -> Self:
        """Bricks that new documents are made of."""
        return self.filter(status="PUBLISHED")

    def for_students(self) -> Self:
        """Published bricks for students, the only ones that enter a worksheet; each has a version to pin."""
        versions = self._versions().filter(brick=OuterRef("pk"))
        return self.published().filter(Exists(versions), audience="STUDENT")

    def fits(
        self,
        *,
        subject: Any,
        level: str | None,
        kinds: Iterable[str],
        language: str | None = None,
        exclude_families: Iterable[str] = (),
    ) -> Self:
        """Bricks of these kinds on a subject, at that level and in that language if one is asked for."""
        fitting = self.filter(subject=subject, kind__in=sorted(kinds))
        if level is not None:
            fitting = fitting.filter(level=level)
        if language:
            fitting = fitting.filter(language=language)
        excluded = [family for family in exclude_families if family]
        return fitting.exclude(family__in=excluded) if excluded else fitting

    def tagged(self, tag: str) -> Self:
        """Bricks that have this tag, whole and as it is written."""
        return self.filter(tags__has_entry=tag)

    def with_changes(self) -> Self:
        """With `has_changes`: True for a published brick whose text is not that of its latest version."""
        versions = self._versions()
        newer = versions.filter(brick=OuterRef("brick"), number__gt=OuterRef("number"))
        alike = versions.filter(brick=OuterRef("pk"), **{name: OuterRef(name) for name in TEXT_FIELDS})
        up_to_date = Exists(alike.filter(~Exists(newer)))
        return self.annotate(has_changes=Q(status="PUBLISHED") & ~up_to_date)

    def with_unpublished_changes(self) -> Self:
        """Published bricks that somebody has edited since."""
        return self.with_changes().filter(has_changes=True)

    def received_by(self, user: Any) -> Self:
        """Bricks in a document that this user asked for, or in the student's copy of one that was made for them."""
        part: Any = self._versions().model._meta.get_field("document_bricks").related_model
        mine = Q(document__request__requester=user) | Q(
            document__request__student__user=user, document__variant="STUDENT"
        )
        return self.filter(Exists(part.objects.filter(mine, brick_version__brick=OuterRef("pk"))))

    def _versions(self) -> QuerySet[Any]:
        version: Any = self.model._meta.get_field("versions").related_model
        return version.objects.using(self.db).order_by()


class BrickVersionQuerySet(BaseQuerySet["BrickVersion"]):
    def get_by_natural_key(self, brick: str, number: int) -> BrickVersion:
        return self.by_natural_key(brick__slug=brick, number=number)

    def naming_figure(self, name: str) -> Self:
        """Those that show this figure, in the text or in the answer."""
        named = rf"figure:{re.escape(name)}([^a-z0-9-]|$)"
        return self.filter(Q(body__regex=named) | Q(answer__regex=named))

    def latest_first(self) -> Self:
        """The newest version of a brick first."""
        return self.order_by("-number")

    def latest_of_each(self) -> Self:
        """Of each brick the version with the highest number."""
        newer = self.model.objects.using(self.db).filter(
            brick=OuterRef("brick"), number__gt=OuterRef("number")
        )
        return self.filter(~Exists(newer.order_by()))


class ContentBrickRatingQuerySet(BaseQuerySet["ContentBrickRating"]):
    def taught_by(self, user: Any) -> Self:
        """What this person thinks of bricks."""
        return self.filter(user=user)

    def visible_to(self, user: Any) -> Self:
        """The same: what others think is their business, and shows in the brick's rating."""
        return self.taught_by(user) if user.is_authenticated else self.none()

    def get_by_natural_key(self, brick: str, user: str) -> ContentBrickRating:
        return self.by_natural_key(brick__slug=brick, user__username=user)


class ContentFigureQuerySet(BaseQuerySet["ContentFigure"]):
    def get_by_natural_key(self, name: str) -> ContentFigure:
        return self.by_natural_key(name=name)


class ContentTemplateQuerySet(BaseQuerySet["ContentTemplate"]):
    def get_by_natural_key(self, slug: str) -> ContentTemplate:
        return self.by_natural_key(slug=slug)

    def visible_to(self, user: Any) -> Self:
        """Everybody who is signed in chooses among all of them."""
        return self if user.is_authenticated else self.none()

    def update(self, **values: Any) -> int:
        """As everywhere; writing what decides the layout raises the revision."""
        if LAYOUT_FIELDS & set(values):
            values["revision"] = F("revision") + 1
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]


class DocumentRequestQuerySet(BaseQuerySet["DocumentRequest"]):
    def get_by_natural_key(self, reference: str) -> DocumentRequest:
        return self.by_natural_key(reference=reference)

    def waiting(self) -> Self:
        """Requests that nobody works on yet, the oldest first."""
        return self.filter(status="QUEUED").order_by("created_at", "id")

    def unfinished(self) -> Self:
        """Requests that wait or that somebody works on."""
        return self.filter(status__in=("QUEUED", "RUNNING"))

    def reserving(self) -> Self:
        """Unfinished requests whose bricks are fixed, and in no document yet, not even in one in the trash."""
        document: Any = self.model._meta.get_field("documents").related_model
        made = document.all_objects.using(self.db).filter(request=OuterRef("pk"))
        return self.unfinished().filter(~Exists(made), manifest__isnull=False)

    def free(self) -> Self:
        """Requests that may be taken up: they wait, or whoever worked on them is dead."""
        return self.filter(Q(status="QUEUED") | self._abandoned())

    def silent(self) -> Self:
        """Requests of which nobody has heard for so long that a worker who had taken them up is dead."""
        return self.filter(Q(status="QUEUED", updated_at__lt=now_ms() - LEASE) | self._abandoned())

    def _abandoned(self) -> Q:
        silent = Q(progress_at__isnull=True) | Q(progress_at__lt=now_ms() - LEASE)
        return Q(silent, status="RUNNING")

    def taught_by(self, user: Any) -> Self:
        """What this person asked for, and what is for their students."""
        return self.filter(Q(requester=user) | _is_for_student_of(user, ""))

    def visible_to(self, user: Any) -> Self:
        """Those too that are for this person, or for a child whose progress they may see."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(requester=user) | _is_for_student_of(user, "") | _is_for_family(user, ""))


class GeneratedDocumentQuerySet(BaseQuerySet["GeneratedDocument"]):
    def get_by_natural_key(self, request: str, variant: str) -> GeneratedDocument:
        return self.by_natural_key(request__reference=request, variant=variant)

    def taught_by(self, user: Any) -> Self:
        """Both copies of what this person asked for, and of what is for their students."""
        return self.filter(Q(request__requester=user) | _is_for_student_of(user, "request__"))

    def visible_to(self, user: Any) -> Self:
        """The student's copy of what this person asked for or may follow.

        The teacher's, which has the answers, is for who teaches the student, or asked for it as a teacher.
        """
        if not user.is_authenticated:
            return self.none()
        asked = Q(request__requester=user)
        for_student = (asked | _is_for_family(user, "request__")) & Q(variant="STUDENT")
        taught = _is_for_student_of(user, "request__")
        return self.filter(for_student | taught | asked if user.teacher_profile else for_student | taught)

    def readable_by(self, user: Any) -> Self:
        """Copies whose pages the back office opens for this person: theirs, and those that their rights reach.

        Somebody else's copy with the answers takes the right to read answers.
        """
        theirs = self.visible_to(user)
        if not user.has_perm("content.view_generateddocument"):
            return theirs
        reached = rows_for(user, self, "view")
        if not user.has_perm("content.change_contentbrick"):
            reached = reached.filter(variant="STUDENT")
        return theirs | reached


class DocumentPartQuerySet(BaseQuerySet[Any]):
    """What belongs to a document: whoever sees the document sees it."""

    def taught_by(self, user: Any) -> Self:
        """Of this person's own documents."""
        return self.filter(document__in=self._documents().taught_by(user).values("pk"))

    def visible_to(self, user: Any) -> Self:
        """Of the documents that this person sees."""
        return self.filter(document__in=self._documents().visible_to(user).values("pk"))

    def _documents(self) -> Any:
        document: Any = self.model._meta.get_field("document").related_model
        return document.all_objects.using(self.db)


class DocumentBrickQuerySet(DocumentPartQuerySet):
    def get_by_natural_key(self, request: str, variant: str, position: int) -> DocumentBrick:
        return self.by_natural_key(
            document__request__reference=request, document__variant=variant, position=position
        )

    def in_order(self) -> Self:
        """As they stand in the document."""
        return self.order_by("position", "id")


class DocumentInteractionQuerySet(DocumentPartQuerySet):
    def visible_to(self, user: Any) -> Self:
        """What this person did with documents, and what their students did."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(user=user) | is_student_of(user, "user"))

    def get_by_natural_key(
        self, request: str, variant: str, user: str, kind: str, occurred_at: datetime | str
    ) -> DocumentInteraction:
        return self.by_natural_key(
            document__request__reference=request,
            document__variant=variant,
            user__username=user,
            kind=kind,
            occurred_at=occurred_at,
        )


def _is_for_student_of(teacher: Any, path: str) -> Q:
    """The condition that the request at `path` is for a student of this person."""
    return Q(is_student_of(teacher, f"{path}student__user"), **{f"{path}student__is_deleted": False})


def _is_for_family(user: Any, path: str) -> Q:
    """The condition that the request at `path` is for this person, or for a child whose progress they may see."""
    student = f"{path}student__user"
    family = Q(**{student: user}) | is_child_of(user, student, VIEW_PROGRESS)
    return Q(family, **{f"{path}student__is_deleted": False})
