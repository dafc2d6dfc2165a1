"""Sessions, seats, what was paid for them and calendar feeds over the API, for the office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as rest
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.response import Response

from accounts.api.strict import StrictSerializer
from config.base.api.fields import as_key
from config.base.api.views import BaseViewSet, ReadOnlyBaseViewSet

from .. import services
from ..services.seats import lock_seat, lock_whole_session
from ..services.sessions import is_moved_ahead
from . import serializers


class ReasonSerializer(StrictSerializer):
    """Why, for those who are told."""

    reason = rest.CharField(max_length=255, required=False, allow_blank=True, default="")


def reason_of(request: Any) -> str:
    """What the body gives as the reason; empty for none."""
    body = ReasonSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    reason: str = body.validated_data["reason"]
    return reason


def lock_named_seat(view: Any) -> None:
    """In a request that changes a booking, lock what belongs to its seat, and to the one that the body asks for.

    In the order of the services, and before the booking itself.
    """
    key = as_key(view.kwargs["pk"])
    if view.writing and key is not None:
        data = view.request.data
        wanted = as_key(data.get("session")) if isinstance(data, Mapping) else None
        lock_seat(key, *([] if wanted is None else [wanted]))


class TutoringSessionViewSet(BaseViewSet):
    serializer_class = serializers.TutoringSessionSerializer
    filterset_fields = {
        "teacher": ["exact"],
        "formula": ["exact"],
        "course": ["exact"],
        "status": ["exact"],
        "starts_at": ["gte", "lt"],
    }
    search_fields = ("location", "formula__name", "teacher__user__full_name")
    ordering_fields = ("starts_at", "capacity", "created_at")

    def get_object(self) -> Any:
        """In a request that changes it, what belongs to the session is locked before it, as the services do."""
        key = as_key(self.kwargs["pk"])
        if self.writing and key is not None:
            lock_whole_session(key)
        return super().get_object()

    def perform_update(self, serializer: Any) -> None:
        """Another time is for the service, while either is still to come: it tells those who booked."""
        session, wanted = serializer.instance, serializer.validated_data
        starts_at, ends_at = (wanted.get(name, getattr(session, name)) for name in ("starts_at", "ends_at"))
        if {"starts_at", "ends_at"} & set(wanted) and is_moved_ahead(session, starts_at):
            services.move_session(session=session, starts_at=starts_at, ends_at=ends_at)
        serializer.save()

    @extend_schema(summary="Call a session off", request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Its bookings are cancelled with it, and those who booked are told why. Twice is once."""
        session = self.get_object()
        return self.represent(services.cancel_session(session=session, reason=reason_of(request)))

    @extend_schema(summary="Say that a session took place", request=None)
    @action(detail=True, methods=["post"])
    def finish(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What was confirmed is done, what nobody confirmed is cancelled. Twice is once."""
        return self.represent(services.finish_session(session=self.get_object()))


class BookingViewSet(BaseViewSet):
    """Seats. Another session or status is for the services, which say what may follow what."""

    serializer_class = serializers.BookingSerializer
    filterset_fields = {
        "session": ["exact"],
        "student": ["exact"],
        "status": ["exact"],
        "starts_at": ["gte", "lt"],
    }
    search_fields = ("student__user__full_name",)
    ordering_fields = ("starts_at", "created_at")

    def get_object(self) -> Any:
        lock_named_seat(self)
        return super().get_object()

    def perform_create(self, serializer: Any) -> None:
        wanted = serializer.validated_data
        booking = services.request_booking(
            session=wanted["session"], student=wanted["student"], by=self.request.user
        )
        serializer.instance = services.change_booking(booking=booking, status=wanted.get("status"))

    def perform_update(self, serializer: Any) -> None:
        booking, wanted = serializer.instance, serializer.validated_data
        loaded = booking.version
        if wanted.get("student", booking.student).pk != booking.student_id:
            words = _("A booking stays its student's. Cancel it and make another one.")
            raise ValidationError({"student": [ErrorDetail(words, code="fixed")]})
        changed = services.change_booking(
            booking=booking, session=wanted.get("session"), status=wanted.get("status")
        )
        if changed.version == loaded:  # a request that changes nothing is a version too, as everywhere
            changed.save()
        serializer.instance = changed


class FormulaPurchaseViewSet(BaseViewSet):
    """Sessions that students have bought."""

    serializer_class = serializers.FormulaPurchaseSerializer
    filterset_fields = {"student": ["exact"], "formula": ["exact"], "purchased_at": ["gte", "lt"]}
    search_fields = ("student__user__full_name", "formula__name", "note")
    ordering_fields = ("purchased_at", "price_amount", "sessions_bought", "created_at")


class CalendarFeedViewSet(ReadOnlyBaseViewSet):
    """Whose calendar is fed. Each person makes, renews and ends their own."""

    serializer_class = serializers.CalendarFeedSerializer
    filterset_fields = ("user",)
    search_fields = ("user__full_name",)
    ordering_fields = ("created_at",)
