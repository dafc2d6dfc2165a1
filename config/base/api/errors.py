"""Every error as one shape: RFC 9457 `application/problem+json`.

    {"type": "urn:problem:stale", "title": "Precondition Failed", "status": 412, "code": "stale",
     "detail": "…", "instance": "/api/v1/…", "errors": [{"field": "title", "code": "required", "message": "…"}]}

`code` is stable, `detail` and `message` are for people, `errors` says what is wrong where.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.utils.serializer_helpers import ReturnDict
from rest_framework.views import set_rollback

PROBLEM_JSON = "application/problem+json"


class Problem(APIException):
    """An error that a client is told about, with everything that the answer needs."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
        serializer: Any = None,
    ) -> None:
        self.status_code = status
        self.code = code
        self.errors = errors or []
        self.headers = headers or {}
        self.serializer = serializer
        super().__init__(detail, code)

    def as_dict(self, path: str) -> dict[str, Any]:
        return {
            "type": f"urn:problem:{self.code}",
            "title": HTTPStatus(self.status_code).phrase,
            "status": self.status_code,
            "code": self.code,
            "detail": str(self.detail),
            "instance": path,
            "errors": self.errors,
        }

    def as_response(self, path: str) -> JsonResponse:
        """The same for what answers outside REST framework: middleware, Django's own handlers."""
        answer = JsonResponse(self.as_dict(path), status=self.status_code, content_type=PROBLEM_JSON)
        for name, value in self.headers.items():
            answer[name] = value
        return answer


def problem_response(exc: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler. None for what nobody foresaw, which Django reports as a 500."""
    from .translate import as_problem

    problem = as_problem(exc)
    if problem is None:
        return None
    set_rollback()
    request = context.get("request")
    body: dict[str, Any] = problem.as_dict(request.path if request is not None else "")
    if problem.serializer is not None:  # the browsable page shows the form again, with what was typed
        body = ReturnDict(body, serializer=problem.serializer)
    response = Response(body, status=problem.status_code, headers=problem.headers)
    renderer = getattr(request, "accepted_renderer", None)
    if renderer is None or renderer.format != "api":
        response.content_type = PROBLEM_JSON
    return response


def server_error(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Django's handler500: a problem below /api/, the site's page elsewhere."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request, *args, **kwargs)
    problem = Problem(500, "server_error", _("Something went wrong on our side; it has been logged."))
    return problem.as_response(request.path)
