"""Seats, what was paid for them and calendar feeds over the API, for the office."""

from __future__ import annotations

from config.base.api.views import BaseViewSet, ReadOnlyBaseViewSet

from . import serializers


class BookingViewSet(BaseViewSet):
    serializer_class = serializers.BookingSerializer
    filterset_fields = {
        "session": ["exact"],
        "student": ["exact"],
        "status": ["exact"],
        "starts_at": ["gte", "lt"],
    }
    search_fields = ("student__user__full_name",)
    ordering_fields = ("starts_at", "created_at")


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
