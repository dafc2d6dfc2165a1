"""Middleware of the project as a whole."""

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
