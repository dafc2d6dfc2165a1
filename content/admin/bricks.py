"""Bricks, their versions and their ratings in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, BaseTabularInline, Figure, ReadOnlyAdmin, do_for_each

from .. import services
from ..models import BrickVersion, ContentBrick, ContentBrickRating
from ..request_words import usage_words
from ..selectors.exports import zip_of
from ..selectors.usage import usage_of
from .editor import EditorMixin
from .importing import ImportMixin
from .previewing import PreviewMixin
from .tags import TagsMixin


class VersionInline(ReadOnlyAdmin, BaseTabularInline):
    """What has been published of a brick; each version is read on its own page."""

    model = BrickVersion
    fields = ("number", "title", "published_at", "sha256")
    ordering = ("-number",)


class ChangesFilter(admin.SimpleListFilter):
    """Bricks whose published text is not the one that editors see."""

    title = _("unpublished changes")
    parameter_name = "changes"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Edited since the last publication"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.with_unpublished_changes() if self.value() == "yes" else queryset


@admin.register(ContentBrick)
class ContentBrickAdmin(ImportMixin, EditorMixin, PreviewMixin, TagsMixin, BaseAdmin):
    icon = "widgets"
    menu_order = 10
    markdown_fields = ("body", "answer")
    search_fields = ("title", "slug", "body")
    list_display = (
        "title",
        "subject",
        "level",
        "kind",
        "difficulty",
        "family_shown",
        "status",
        "changes_shown",
        "rating",
    )
    sortable_by = ("title", "difficulty", "rating")
    list_filter = (
        "status",
        ChangesFilter,
        "kind",
        "level",
        "subject",
        "difficulty",
        "audience",
        "language",
    )
    ordering = ("title",)
    prepopulated_fields = {"slug": ("title",)}
    readonly_fields = ("status", "changes_shown", "rating", "rating_count", "usage_shown", "tags_shown")
    actions = (*BaseAdmin.actions, "publish_selected", "archive_selected", "export_selected")
    inlines = (VersionInline,)
    fieldsets = (
        (_("Text"), {"fields": ("title", "slug", "body", "source")}),
        (_("Answer"), {"fields": ("answer",)}),
        (
            _("Classification"),
            {
                "fields": (
                    # One a line: beside the preview there is no room for two.
                    "subject",
                    "level",
                    "kind",
                    "difficulty",
                    "audience",
                    "language",
                    "tags",
                    "family",
                    "estimated_minutes",
                )
            },
        ),
        (
            _("Publication"),
            {"fields": (("status", "changes_shown"), ("rating", "rating_count"), "usage_shown")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """With whether each has changed since its publication, so that no row of a list asks for itself."""
        return super().get_queryset(request).with_changes()

    @admin.display(description=_("unpublished changes"))
    def changes_shown(self, brick: ContentBrick) -> str:
        """A word where there are some: the theme's red cross would warn where all is well."""
        known = getattr(brick, "has_changes", None)
        return gettext("Yes") if (brick.has_unpublished_changes if known is None else known) else ""

    @admin.display(description=_("in documents"), empty_value="–")
    def usage_shown(self, brick: ContentBrick) -> str | None:
        """How often it was given, and what became of that."""
        if brick.pk is None:
            return None
        return usage_words(usage_of([brick])[brick.pk])

    @admin.display(description=_("family"), empty_value="-")
    def family_shown(self, brick: ContentBrick) -> SafeString | None:
        """The way to its near-duplicates."""
        if not brick.family:
            return None
        url = (
            f"{reverse('admin:content_contentbrick_changelist')}?{urlencode({'family__exact': brick.family})}"
        )
        return format_html('<a class="house-link" href="{}">{}</a>', url, brick.family)

    @admin.action(description=_("Publish selected bricks"), permissions=["change"])
    def publish_selected(self, request: HttpRequest, queryset: Any) -> None:
        do_for_each(self, request, queryset, lambda brick: services.publish_brick(brick=brick))

    @admin.action(description=_("Archive selected bricks"), permissions=["change"])
    def archive_selected(self, request: HttpRequest, queryset: Any) -> None:
        do_for_each(self, request, queryset, lambda brick: services.archive_brick(brick=brick))

    @admin.action(description=_("Export selected bricks as Markdown"), permissions=["change"])
    def export_selected(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        """With their answers, so for those who may change them."""
        return HttpResponse(
            zip_of(queryset),
            content_type="application/zip",
            headers={
                "Content-Disposition": 'attachment; filename="bricks.zip"',
                "Cache-Control": "no-store",
            },
        )

    def figures(self, request: HttpRequest) -> list[Figure]:
        url = reverse("admin:content_contentbrick_changelist")
        return [
            Figure(
                str(_("Published bricks")),
                ContentBrick.objects.published().count(),
                f"{url}?status__exact=PUBLISHED",
                "widgets",
            )
        ]


@admin.register(BrickVersion)
class BrickVersionAdmin(PreviewMixin, ReadOnlyAdmin, BaseAdmin):
    icon = "history_edu"
    menu_order = 20
    search_fields = ("title", "brick__slug")
    list_display = ("title", "brick", "number", "published_at")
    sortable_by = ("published_at",)
    list_filter = ("brick",)
    ordering = ("-published_at",)
    fieldsets = (
        (None, {"fields": (("brick", "number"), "published_at", "sha256")}),
        (_("Text"), {"fields": ("title", "body", "source")}),
        (_("Answer"), {"fields": ("answer",)}),
    )

    class Media:
        css = {"all": ("content/editor.css",)}


@admin.register(ContentBrickRating)
class ContentBrickRatingAdmin(BaseAdmin):
    icon = "star_rate"
    menu_order = 30
    search_fields = ("brick__title", "user__full_name", "user__username", "comment")
    list_display = ("brick", "user", "score", "created_at")
    sortable_by = ("score", "created_at")
    list_filter = ("score", "brick", "user")
    ordering = ("-created_at",)
    fieldsets = ((None, {"fields": ("brick", "user", "score", "comment")}),)
