"""The address of one's own calendar, at `/api/v1/me/calendar/`."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from config.base.api.parameters import refuse_unknown

from ..models import CalendarFeed
from ..services import feed_token, open_feed, revoke_feed, rotate_feed


class MyCalendarSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Where a calendar program finds one's sessions. Whoever knows the address can read them."""

    url = serializers.URLField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class MyCalendarView(APIView):
    """One's own calendar feed."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(summary="The address of one's calendar", responses={200: MyCalendarSerializer})
    def get(self, request: Any) -> Response:
        """404 for whoever has none, or has ended it."""
        refuse_unknown(request)
        feed = CalendarFeed.objects.filter(user=request.user).first()
        if feed is None:
            raise Http404
        return represent(request, feed)

    @extend_schema(
        summary="Make one's calendar readable at an address",
        request=None,
        responses={201: MyCalendarSerializer},
    )
    def post(self, request: Any) -> Response:
        """Twice is once: the address stays. See `rotate/` for another."""
        refuse_unknown(request)
        return represent(request, open_feed(user=request.user), status=status.HTTP_201_CREATED)

    @extend_schema(summary="End one's calendar's address", responses={204: None})
    def delete(self, request: Any) -> Response:
        """Nothing answers there any more. Twice is once."""
        refuse_unknown(request)
        revoke_feed(user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MyNewCalendarView(APIView):
    """Another address for it."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        summary="Give one's calendar another address", request=None, responses={200: MyCalendarSerializer}
    )
    def post(self, request: Any) -> Response:
        """Nothing answers at the old one any more."""
        refuse_unknown(request)
        return represent(request, rotate_feed(user=request.user))


def represent(request: Any, feed: CalendarFeed, *, status: int = status.HTTP_200_OK) -> Response:
    """The address, which nothing on its way is to keep."""
    path = reverse("calendar_feed", args=[feed_token(feed)])
    content = {
        "url": request.build_absolute_uri(path),
        "created_at": feed.created_at,
        "updated_at": feed.updated_at,
    }
    response = Response(MyCalendarSerializer(content).data, status=status)
    response["Cache-Control"] = "no-store"
    return response
