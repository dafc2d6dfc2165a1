"""What is asked of learners' work: the repository layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import IntegrityError, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from config.base.querysets import BaseQuerySet
from courses.models import Course
from courses.whose import is_own_course

from .whose import is_followed, is_taught, is_tutored

if TYPE_CHECKING:
    from .models import (
        ChatMessage,
        Conversation,
        ConversationParticipant,
        Enrollment,
        LessonProgress,
        ProgressSnapshot,
        Review,
        VideoProgress,
    )


class WorkQuerySet(BaseQuerySet[Any]):
    """What a learner did; `learner` leads to them, `courses` to the course that they did it in."""

    learner = "user"
    courses: tuple[str, ...] = ("course",)

    def taught_by(self, user: Any) -> Self:
        """What this teacher accompanies; see `learning.whose`."""
        return self.filter(self._is_taught(user))

    def visible_to(self, user: Any) -> Self:
        """This person's own, that of the children whose progress they may see, and what they accompany."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(is_followed(user, self.learner) | self._is_taught(user))

    def _is_taught(self, user: Any) -> Any:
        return is_taught(user, self.learner, *self.courses)


class EnrollmentQuerySet(WorkQuerySet):
    def get_by_natural_key(self, user: str, course: str) -> Enrollment:
        return self.by_natural_key(user__username=user, course__slug=course)

    def current(self) -> Self:
        """Enrolments that count: active and completed ones, not those withdrawn."""
        return self.exclude(status="WITHDRAWN")

    def _is_taught(self, user: Any) -> Any:
        """The row tells itself what of others' work an enrolment has to be looked up for."""
        alive = Q(is_deleted=False, course__is_deleted=False, course__instructor=user)
        return is_tutored(user, "user", "course") | alive & ~Q(status="WITHDRAWN")


class ReviewQuerySet(BaseQuerySet["Review"]):
    def get_by_natural_key(self, user: str, course: str) -> Review:
        return self.by_natural_key(user__username=user, course__slug=course)

    def visible(self) -> Self:
        """Reviews that are shown, and count towards the rating."""
        return self.filter(is_visible=True)

    def taught_by(self, user: Any) -> Self:
        """Reviews of the courses that this person instructs."""
        return self.filter(course__instructor=user)

    def visible_to(self, user: Any) -> Self:
        """What is shown of published courses, this person's own, and those of the courses that they instruct."""
        if not user.is_authenticated:
            return self.none()
        shown = Q(is_visible=True, course__status="PUBLISHED", course__is_deleted=False)
        return self.filter(shown | Q(user=user) | Q(course__instructor=user))


class LessonProgressQuerySet(WorkQuerySet):
    courses = ("lesson__course",)

    def get_by_natural_key(self, user: str, course: str, lesson: str) -> LessonProgress:
        return self.by_natural_key(user__username=user, lesson__course__slug=course, lesson__slug=lesson)

    def completed(self) -> Self:
        """Lessons that their learners have done; skipped ones are not among them."""
        return self.filter(status="COMPLETED")

    def passed(self) -> Self:
        """Lessons done or skipped: what permits going on to those that require them."""
        return self.filter(status__in=("COMPLETED", "SKIPPED"))


class VideoProgressQuerySet(WorkQuerySet):
    courses = ("video__lesson__course",)

    def get_by_natural_key(self, user: str, course: str, lesson: str, position: int) -> VideoProgress:
        return self.by_natural_key(
            user__username=user,
            video__lesson__course__slug=course,
            video__lesson__slug=lesson,
            video__position=position,
        )


class ProgressSnapshotQuerySet(WorkQuerySet):
    def get_by_natural_key(self, user: str, course: str) -> ProgressSnapshot:
        return self.by_natural_key(user__username=user, course__slug=course)

    def get_user_progress(self, user: User, course: Course) -> ProgressSnapshot | None:
        """The learner's progress in one course as last computed, or None."""
        return self.select_related("current_lesson").filter(user=user, course=course).first()

    def get_all_user_progress(self, user: User) -> Self:
        """The learner's progress in all their courses, with course and lesson, the latest activity first."""
        return (
            self.select_related("course", "current_lesson")
            .filter(user=user)
            .order_by("-last_activity_at", "id")
        )

    def create_or_update(
        self, *, user: User, course: Course, **figures: Any
    ) -> tuple[ProgressSnapshot, bool]:
        """Store these figures as the learner's progress in the course; the snapshot, and whether it is new.

        Of two callers at once one inserts and the other updates. The figures are untracked, so an update leaves
        neither a version nor a record. TypeError for what is not a figure, IntegrityError for figures that break a
        rule of the table.
        """
        unknown = sorted(set(figures) - set(self.model.untracked_fields))
        if unknown:
            raise TypeError(f"Not figures of a snapshot: {', '.join(unknown)}.")
        mine = self.filter(user=user, course=course)
        created = False
        if not mine.exists():
            try:
                with transaction.atomic(using=self.db):
                    self.create(user=user, course=course, **figures)
                created = True
            except IntegrityError:
                if not mine.exists():
                    raise
        if not created and figures:
            mine.update(**figures)
        return mine.get(), created

    create_or_update.alters_data = True  # type: ignore[attr-defined]


class ConversationQuerySet(BaseQuerySet["Conversation"]):
    def get_by_natural_key(self, reference: str) -> Conversation:
        return self.by_natural_key(reference=reference)

    def open(self) -> Self:
        """Conversations in which something can be said."""
        return self.filter(status="OPEN")

    def of(self, user: User) -> Self:
        """Conversations in which this person takes part."""
        return self.filter(participants__user=user, participants__is_deleted=False)

    def taught_by(self, user: Any) -> Self:
        """Conversations in which this person takes part, and those about the courses that they instruct."""
        paths = ("course", "lesson__course", "exercise__lesson__course")
        about = Q()
        for path in paths:
            about |= is_own_course(user, path)
        mine: Any = self.model._meta.get_field("participants").related_model
        return self.filter(about | Q(pk__in=mine.objects.filter(user=user).values("conversation")))

    def visible_to(self, user: Any) -> Self:
        """The same: nobody reads along but who takes part and who instructs the course."""
        return self.taught_by(user) if user.is_authenticated else self.none()

    def with_unread_count(self, user: User) -> Self:
        """Each with `unread_count`: the messages by others that came after this person last read it.

        0 where they take no part.
        """
        messages: Any = self.model._meta.get_field("messages").related_model
        unread = messages.objects.unread_by(user).filter(conversation=OuterRef("pk")).order_by()
        numbers = unread.values("conversation").annotate(number=Count("pk")).values("number")
        return self.annotate(unread_count=Coalesce(Subquery(numbers), 0))


class TalkQuerySet(BaseQuerySet[Any]):
    """Parts of conversations: whoever sees the conversation sees them."""

    def taught_by(self, user: Any) -> Self:
        """In the conversations of this person's own."""
        conversation: Any = self.model._meta.get_field("conversation").related_model
        return self.filter(conversation__in=conversation.all_objects.taught_by(user).values("pk"))

    def visible_to(self, user: Any) -> Self:
        """In the conversations that this person sees."""
        return self.taught_by(user) if user.is_authenticated else self.none()


class ParticipantQuerySet(TalkQuerySet):
    def get_by_natural_key(self, reference: str, user: str) -> ConversationParticipant:
        return self.by_natural_key(conversation__reference=reference, user__username=user)


class ChatMessageQuerySet(TalkQuerySet):
    def get_by_natural_key(self, reference: str) -> ChatMessage:
        return self.by_natural_key(reference=reference)

    def unread_by(self, user: User) -> Self:
        """Messages by others that came after this person last read the conversation, where they take part in it."""
        seen = "conversation__participants__last_read_at"
        return self.filter(
            Q(**{f"{seen}__isnull": True}) | Q(created_at__gt=F(seen)),
            conversation__participants__user=user,
            conversation__participants__is_deleted=False,
        ).exclude(author=user)
