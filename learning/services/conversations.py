"""Talking: opening and closing conversations, saying something, having read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from accounts.models import User
from config.base.exceptions import DomainError
from config.base.querysets import now_ms
from courses.models import Course, Exercise, Lesson

from ..models import ChatMessage, Conversation, ConversationParticipant


@transaction.atomic
def open_conversation(
    *,
    opener: User,
    title: str,
    reference: uuid.UUID | None = None,
    course: Course | None = None,
    lesson: Lesson | None = None,
    exercise: Exercise | None = None,
    others: Iterable[User] = (),
    body: str = "",
    context: dict[str, Any] | None = None,
) -> Conversation:
    """Begin a conversation with these people, and with a first message where there is one.

    It is about a course, a lesson, an exercise or nothing in particular; the instructor of the course takes part too.
    Raises ValidationError by field.
    """
    conversation = Conversation(title=title, course=course, lesson=lesson, exercise=exercise)
    if reference is not None:
        conversation.reference = reference
    conversation.full_clean()
    conversation.save()
    people = {user.pk: user for user in (opener, *others, *_instructors(conversation))}
    ConversationParticipant.objects.bulk_create(
        ConversationParticipant(conversation=conversation, user=user) for user in people.values()
    )
    if body:
        post_message(conversation=conversation, author=opener, body=body, context=context)
    return conversation


@transaction.atomic
def close_conversation(*, conversation: Conversation) -> Conversation:
    """Say that nothing is left to say. Twice is once, and it can be opened again. Raises StaleObjectError."""
    if conversation.status == Conversation.Status.OPEN:
        conversation.status, conversation.closed_at = Conversation.Status.CLOSED, now_ms()
        conversation.save(update_fields=["status", "closed_at"])
    return conversation


@transaction.atomic
def reopen_conversation(*, conversation: Conversation) -> Conversation:
    """Let people go on talking. Twice is once. Raises StaleObjectError."""
    if conversation.status == Conversation.Status.CLOSED:
        conversation.status, conversation.closed_at = Conversation.Status.OPEN, None
        conversation.save(update_fields=["status", "closed_at"])
    return conversation


def post_message(
    *, conversation: Conversation, author: User, body: str, context: dict[str, Any] | None = None
) -> ChatMessage:
    """Say something in a conversation; see `send_message`."""
    return send_message(
        message=ChatMessage(conversation=conversation, author=author, body=body, context=context or {})
    )


@transaction.atomic
def send_message(*, message: ChatMessage) -> ChatMessage:
    """Send a message already composed, by a form perhaps: its conversation, author, body and context are given.

    The role is the author's: staff speak as staff and join by speaking, all others have to take part already. Who
    speaks has read what was said before. The shape of the context is `learning.shapes.CONTEXT`.

    Raises DomainError `conversation_closed`, `conversation_deleted` and `not_participant`, ValidationError by field.
    """
    author = message.author
    assert author is not None, "only people send messages"
    conversation = _lock(message.conversation_id)
    if conversation.status == Conversation.Status.CLOSED:
        raise DomainError(
            _("This conversation is closed. Open it again to go on."), code="conversation_closed"
        )
    message.role = ChatMessage.Role.STAFF if author.is_staff else ChatMessage.Role.LEARNER
    if not conversation.participants.filter(user=author).exists():
        if not author.is_staff:
            raise DomainError(_("Only those who take part say something here."), code="not_participant")
        ConversationParticipant.objects.create(conversation=conversation, user=author)
    message.created_at = _next_moment(conversation)
    message.full_clean()
    message.save()
    mark_conversation_read(conversation=conversation, user=author)
    return message


@transaction.atomic
def mark_conversation_read(*, conversation: Conversation, user: User) -> None:
    """This person has read every message that there is. A heartbeat: it leaves no version, and never goes back.

    Somebody who takes no part has nothing to mark: nothing happens.
    """
    newest = conversation.messages.aggregate(at=Max("created_at"))["at"]
    if newest is not None:
        mine = conversation.participants.filter(user=user)
        earlier = mine.filter(Q(last_read_at__isnull=True) | Q(last_read_at__lt=newest))
        earlier.update(last_read_at=newest)


def _lock(conversation_id: int) -> Conversation:
    """The stored conversation; messages are sent one after the other, and none while it is being closed."""
    rows = Conversation.objects.select_for_update(no_key=True)
    conversation = rows.filter(pk=conversation_id).first()
    if conversation is None:
        raise DomainError(_("This conversation is in the trash."), code="conversation_deleted")
    return conversation


def _next_moment(conversation: Conversation) -> Any:
    """Now, and after every message before: the order of the dates is the order of the messages."""
    last = ChatMessage.all_objects.filter(conversation=conversation).aggregate(at=Max("created_at"))["at"]
    now = now_ms()
    return now if last is None or last < now else last + timedelta(milliseconds=1)


def _instructors(conversation: Conversation) -> list[User]:
    """The instructor of the course that it is about, directly or by a part of it, if there is one to answer."""
    lesson = conversation.exercise.lesson if conversation.exercise else conversation.lesson
    course = lesson.course if lesson else conversation.course
    instructor = course.instructor if course else None
    return [instructor] if instructor is not None and not instructor.is_deleted else []
