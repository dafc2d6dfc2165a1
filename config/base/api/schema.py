"""What the OpenAPI description says beyond what drf-spectacular sees: locks, columns, the trash, errors."""

from __future__ import annotations

from typing import Any

from drf_spectacular import openapi

from .errors import PROBLEM_JSON

ETAG = {
    "description": "The version of the row, to be sent back as If-Match.",
    "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
}
RETRY_AFTER = {"description": "In seconds.", "schema": {"type": "string", "pattern": "^[0-9]+$"}}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": 'The ETag that was read, such as `"3"`. Without it 428; 412 when the row has changed since.',
    "schema": {"type": "string"},
}
REASON = {
    "in": "header",
    "name": "X-Change-Reason",
    "description": "Why, for the history.",
    "schema": {"type": "string", "maxLength": 1000},
}
DELETED = {
    "in": "query",
    "name": "deleted",
    "description": "`only`: what is in the trash. Needs the right to delete.",
    "schema": {"type": "string", "enum": ["only"]},
}
AS_OF = {
    "in": "query",
    "name": "as_of",
    "description": "The row as it was at this moment.",
    "schema": {"type": "string", "format": "date-time"},
}
MEANINGS = {
    "400": "Something in the request is not valid; `errors` says what.",
    "401": "Sign in first.",
    "403": "Signed in, but without the right to do this.",
    "404": "There is no such row.",
    "406": "There is no such representation.",
    "409": "A rule or another row stands against it.",
    "412": "The row has changed since it was read; the ETag is the current one.",
    "413": "The body is too large.",
    "415": "The body's media type is not understood.",
    "428": "If-Match is missing.",
    "429": "Too many attempts; wait as long as Retry-After says.",
}
PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail", "instance", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": ["string", "null"]},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "object": {"type": "string"},
                    "id": {"type": ["integer", "null"]},
                },
            },
        },
    },
}


class AutoSchema(openapi.AutoSchema):
    """drf-spectacular's, with the house's rules on every viewset built on config.base.api.views."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            self._add_parameters(operation)
            self._add_errors(operation)
            self._add_etag(operation)
        return operation

    @property
    def _ours(self) -> bool:
        return hasattr(self.view, "required_right")

    @property
    def _own(self) -> bool:
        """Is it one row of who asks? See config.base.api.own."""
        return getattr(self.view, "locks_row", False)

    @property
    def _writes(self) -> bool:
        return self.method in ("POST", "PUT", "PATCH", "DELETE")

    @property
    def _locks(self) -> bool:
        """Of a viewset of ours: does it write one row, at the version that was read?"""
        return self.view.detail and self.view.versioned

    def _add_parameters(self, operation: dict[str, Any]) -> None:
        if not self._ours:
            if self._own and self._writes:
                makes = self.method == "PUT" and getattr(self.view, "makes_row", False)
                operation.setdefault("parameters", []).extend([REASON, {**IF_MATCH, "required": not makes}])
            return
        action = self.view.action
        added: list[dict[str, Any]] = []
        if action not in ("destroy", "history") and self.view.versioned:
            added += [self._columns("fields", "Only these"), self._columns("omit", "All but these")]
        if action in ("list", "retrieve", "history") and not self.view.is_personal:
            added.append(DELETED)
        if action == "retrieve" and not self.view.is_personal:
            added.append(AS_OF)
        if self._writes:
            added.append(REASON)
            if self._locks:
                added.append(IF_MATCH)
        present = operation.setdefault("parameters", [])
        names = {parameter["name"] for parameter in present}
        present += [parameter for parameter in added if parameter["name"] not in names]

    def _columns(self, name: str, words: str) -> dict[str, Any]:
        known = sorted(self.view.column_names())
        return {
            "in": "query",
            "name": name,
            "description": f"{words} columns.",
            "explode": False,
            "style": "form",
            "schema": {"type": "array", "items": {"type": "string", "enum": known}, "minItems": 1},
        }

    def _add_errors(self, operation: dict[str, Any]) -> None:
        statuses = {"400", "401", "403", "406"}
        if self._own and self.method == "PUT" and getattr(self.view, "makes_row", False):
            made = operation["responses"]["200"]
            operation["responses"]["201"] = {**made, "description": "There was none; this is the first."}
        if "{" in self.path or self._own or self._is_list_view():
            statuses.add("404")  # a page after the last is one too
        if self._writes:
            statuses |= {"409", "413", "415"}
            if self._own or (self._ours and self._locks):
                statuses |= {"412", "428"}
        if self.view.throttle_classes:
            statuses.add("429")
        for status in sorted(statuses):
            answer: dict[str, Any] = {
                "description": MEANINGS[status],
                "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
            headers = {"412": {"ETag": ETAG}, "429": {"Retry-After": RETRY_AFTER}}.get(status)
            if headers:
                answer["headers"] = headers
            operation["responses"].setdefault(status, answer)

    def _add_etag(self, operation: dict[str, Any]) -> None:
        one = self._ours and self.view.versioned and (self.view.detail or self.view.action == "create")
        if not (one or self._own) or getattr(self.view, "action", "") == "history":
            return
        for status in ("200", "201"):
            if status in operation["responses"]:
                operation["responses"][status].setdefault("headers", {})["ETag"] = ETAG


def describe_rules(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add the problem's shape; and since `?fields=` may leave any column out, no column is promised in answers."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    for name, schema in schemas.items():
        # By its columns first: a model may be called a request itself. No body names a row's key.
        if {"id", "version"} <= schema.get("properties", {}).keys():
            schema.pop("required", None)
        elif name.endswith("Request"):
            schema["additionalProperties"] = False
    schemas["Problem"] = PROBLEM
    return result
