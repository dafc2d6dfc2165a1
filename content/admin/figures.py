"""Figures in the back office: uploaded once, shown, and never changed."""

from __future__ import annotations

import base64
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from config.base.admin import BaseAdmin
from config.base.admin.forms import LockedModelForm

from ..figures import MAX_BYTES, read_figure
from ..models import ContentFigure
from ..responses import figure_response


class FigureForm(LockedModelForm):
    """A new figure: its file is read, and refused, before anything is kept."""

    file = forms.FileField(
        label=_("file"),
        help_text=_("A PNG or an SVG, of 1 MB at most."),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/png,image/svg+xml"}),
    )

    class Meta:
        model = ContentFigure
        fields = ("name", "source")

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        found = read_figure(upload.read(MAX_BYTES + 1))
        self.instance.data = base64.b64encode(found.content).decode()
        return upload


@admin.register(ContentFigure)
class ContentFigureAdmin(BaseAdmin):
    icon = "shapes"
    menu_order = 25
    form = FigureForm
    search_fields = ("name", "source")
    list_display = ("name", "media_type", "size", "source", "created_at")
    sortable_by = ("name", "created_at")
    list_filter = ("media_type",)
    ordering = ("name",)
    readonly_fields = ("drawing", "markdown", "media_type", "size", "sha256")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the files, which lists do not show."""
        return super().get_queryset(request).defer("data")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ((None, {"fields": ("name", "file", "source")}),)
        shown = ("drawing", "markdown", "name", ("media_type", "size"), "source", "sha256")
        return ((None, {"fields": shown}),)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.file_view)
        return [path("<int:pk>/file/", view, name="content_contentfigure_file"), *super().get_urls()]

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The drawing, for the page that shows it; of a figure in the trash too."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.within_reach(request, ContentFigure.all_objects.all())
        return figure_response(get_object_or_404(rows, pk=pk), disposition="inline")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its name pins its file: a better drawing has another name."""
        return False

    @admin.display(description=_("drawing"))
    def drawing(self, figure: ContentFigure) -> SafeString:
        return format_html(
            '<img src="{}" alt="{}" style="max-width:100%;max-height:24rem;background:#fff">',
            reverse("admin:content_contentfigure_file", args=[figure.pk]),
            figure.name,
        )

    @admin.display(description=_("in a text"))
    def markdown(self, figure: ContentFigure) -> SafeString:
        """What to write in a brick."""
        return format_html("<code>![{}](figure:{})</code>", _("what is to be seen"), figure.name)

    @admin.display(description=_("size"))
    def size(self, figure: ContentFigure) -> str:
        return f"{figure.width} × {figure.height} px"
