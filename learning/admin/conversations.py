"""Conversations in the back office: staff read, answer, close and moderate."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from config.base.admin import (
    BaseAdmin,
    BaseStackedInline,
    BaseTabularInline,
    Figure,
    ReadOnlyAdmin,
    do_for_each,
)

from .. import services
from ..models import ChatMessage, Conversation, ConversationParticipant


class ParticipantInline(BaseTabularInline):
    """Who takes part, and how far they have read."""

    model = ConversationParticipant
    fields = ("user", "last_read_at")
    readonly_fields = ("last_read_at",)


class MessageInline(ReadOnlyAdmin, BaseStackedInline):
    """What was said, the newest first; something new is said on a page of its own."""

    model = ChatMessage
    fields = (("author", "role", "created_at"), "body")
    readonly_fields = ("created_at",)
    ordering = ("-id",)
    per_page = 20


@admin.register(Conversation)
class ConversationAdmin(BaseAdmin):
    icon = "forum"
    menu_order = 90
    search_fields = ("title",)
    list_display = ("title", "subject", "status", "created_at", "closed_at")
    list_select_related = ("course", "lesson", "exercise")
    sortable_by = ("title", "created_at", "closed_at")
    list_filter = ("status", "course", "lesson", "exercise")
    ordering = ("-created_at",)
    readonly_fields = ("status", "closed_at")
    actions = (*BaseAdmin.actions, "close_selected", "reopen_selected")
    actions_detail = ("answer",)
    inlines = (ParticipantInline, MessageInline)
    fieldsets = (
        (None, {"fields": ("title", ("status", "closed_at"))}),
        (_("What it is about"), {"fields": ("course", "lesson", "exercise")}),
    )

    @admin.display(description=_("about"), empty_value="–")
    def subject(self, conversation: Conversation) -> Any:
        return conversation.subject

    @admin.action(description=_("Close selected conversations"), permissions=["change"])
    def close_selected(self, request: HttpRequest, queryset: Any) -> None:
        do_for_each(self, request, queryset, lambda row: services.close_conversation(conversation=row))

    @admin.action(description=_("Open selected conversations again"), permissions=["change"])
    def reopen_selected(self, request: HttpRequest, queryset: Any) -> None:
        do_for_each(self, request, queryset, lambda row: services.reopen_conversation(conversation=row))

    @action(description=_("Write an answer"), url_path="answer", permissions=["answer"])
    def answer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the page where a message is written, with this conversation chosen."""
        conversation = self.get_object(request, object_id)
        if conversation is None:
            raise Http404
        return HttpResponseRedirect(
            f"{reverse('admin:learning_chatmessage_add')}?conversation={conversation.pk}"
        )

    def has_answer_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("learning.add_chatmessage")

    def figures(self, request: HttpRequest) -> list[Figure]:
        url = reverse("admin:learning_conversation_changelist")
        return [
            Figure(
                str(_("Open conversations")),
                self.within_reach(request, Conversation.objects.open()).count(),
                f"{url}?status__exact=OPEN",
                "forum",
            )
        ]


@admin.register(ConversationParticipant)
class ConversationParticipantAdmin(BaseAdmin):
    icon = "group"
    menu_order = 100
    search_fields = ("user__full_name", "user__username", "conversation__title")
    list_display = ("user", "conversation", "last_read_at")
    sortable_by = ("last_read_at",)
    list_filter = ("conversation", "user")
    ordering = ("-id",)
    readonly_fields = ("last_read_at",)
    fieldsets = ((None, {"fields": ("conversation", "user", "last_read_at")}),)


@admin.register(ChatMessage)
class ChatMessageAdmin(BaseAdmin):
    """Messages. A new one is sent by who writes it; of a sent one only the words are changed, to moderate it."""

    icon = "chat"
    menu_order = 110
    markdown_fields = ("body",)
    search_fields = ("body", "author__full_name", "conversation__title")
    list_display = ("__str__", "conversation", "author", "role", "created_at")
    sortable_by = ("created_at",)
    list_filter = ("role", "conversation", "author")
    ordering = ("-id",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sent = () if obj is None else (("author", "role", "created_at"),)
        return (
            (None, {"fields": ("conversation", *sent, "body")}),
            (_("Context"), {"fields": ("context",)}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("conversation", "author", "role", "created_at")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            obj.author = request.user
            services.send_message(message=obj)
