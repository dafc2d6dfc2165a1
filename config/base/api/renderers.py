"""The browsable pages, whose own forms keep the rules: their scripts send the ETag of what the page shows."""

from __future__ import annotations

from typing import Any

from rest_framework import renderers


class BrowsableRenderer(renderers.BrowsableAPIRenderer):
    """REST framework's, with `etag` for the template (templates/rest_framework/api.html)."""

    def get_context(self, data: Any, accepted_media_type: Any, renderer_context: Any) -> dict[str, Any]:
        context = super().get_context(data, accepted_media_type, renderer_context)
        context["code_style"] = ""  # colours would be set in place, which the content security policy refuses
        context["etag"] = self.etag_to_send(renderer_context["request"], renderer_context["response"])
        return context

    def get_filter_form(self, data: Any, view: Any, request: Any) -> Any:
        """Only a list can be filtered; a history refuses the parameters."""
        return super().get_filter_form(data, view, request) if getattr(view, "action", "") == "list" else None

    @staticmethod
    def etag_to_send(request: Any, response: Any) -> str:
        """The version on the page. After an error it stays what the person had read: nobody has seen a newer one."""
        if response.status_code >= 400:
            return request.headers.get("If-Match", "")
        return response.headers.get("ETag", "")
