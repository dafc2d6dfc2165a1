"""Middleware of the project as a whole."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class AdminGZipMiddleware(GZipMiddleware):
    """Compress the admin's pages, which the theme makes large (about 470 KB per 100 rows).

    Not the API's: compression turns an ETag into a weak one, and the optimistic lock needs a strong one.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not request.path.startswith("/admin/"):
            return response
        return super().process_response(request, response)


class ContentSecurityMiddleware(CSPMiddleware):
    """The policy of the settings, wider below the paths that the settings name."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        for prefix, directives in settings.CONTENT_SECURITY_POLICY_BY_PATH.items():
            if request.path_info.startswith(prefix):
                parts.replace = {**directives, **(parts.replace or {})}
        return parts
