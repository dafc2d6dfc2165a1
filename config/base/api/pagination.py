"""Pages of a list: numbered by default, by cursor where rows are only ever added."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import pagination
from rest_framework.exceptions import ErrorDetail, NotFound, ValidationError

PAGE_SIZE, MAX_PAGE_SIZE = 50, 200
_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}", re.ASCII)


def _refuse(parameter: str, message: str) -> ValidationError:
    return ValidationError({parameter: [ErrorDetail(message, code="invalid")]})


def asked_page_size(request: Any) -> int:
    """The value of `?page_size=`; what is not a number from 1 to 200 is a 400."""
    text = request.query_params.get("page_size")
    if text is None:
        return PAGE_SIZE
    if not _NUMBER.fullmatch(text) or int(text) > MAX_PAGE_SIZE:
        raise _refuse("page_size", _("Give a number from 1 to %(limit)s.") % {"limit": MAX_PAGE_SIZE})
    return int(text)


class NumberedPagination(pagination.PageNumberPagination):
    """`?page=2&page_size=50`. A page after the last is a 404, what is not a page number a 400."""

    page_size = PAGE_SIZE
    max_page_size = MAX_PAGE_SIZE
    page_size_query_param = "page_size"

    def get_page_size(self, request: Any) -> int:
        return asked_page_size(request)

    def get_page_number(self, request: Any, paginator: Any) -> Any:
        number = request.query_params.get(self.page_query_param, "1")
        if not _NUMBER.fullmatch(number):
            raise _refuse("page", _("Give a whole number from 1."))
        return number

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        limits = {"page": {"minimum": 1}, "page_size": {"minimum": 1, "maximum": MAX_PAGE_SIZE}}
        for parameter in parameters:
            parameter["schema"].update(limits.get(parameter["name"], {}))
        return parameters


class NewestFirstPagination(pagination.CursorPagination):
    """For append-only lists: newest first, stable while rows are added, never a count of all rows."""

    page_size = PAGE_SIZE
    max_page_size = MAX_PAGE_SIZE
    page_size_query_param = "page_size"
    ordering = "-id"
    invalid_cursor_message: Any = gettext_lazy("This cursor is not one that a page has given.")

    def get_page_size(self, request: Any) -> int:
        return asked_page_size(request)

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        """Always its own: the cursor's position is a value of that one column."""
        return (self.ordering,)

    def decode_cursor(self, request: Any) -> Any:
        if not _BASE64.fullmatch(request.query_params.get(self.cursor_query_param, "")):
            raise _refuse(self.cursor_query_param, str(self.invalid_cursor_message))
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise _refuse(self.cursor_query_param, str(self.invalid_cursor_message)) from error
        if cursor is not None and cursor.position is not None and not _NUMBER.fullmatch(str(cursor.position)):
            raise _refuse(self.cursor_query_param, str(self.invalid_cursor_message))
        return cursor

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"].update({"minimum": 1, "maximum": MAX_PAGE_SIZE})
        return parameters


class VersionsPagination(NewestFirstPagination):
    """The versions of one row."""

    ordering = "-version"
