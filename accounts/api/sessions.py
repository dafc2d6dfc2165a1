"""The browsers in which one is signed in, and the end of it."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from config.base.api.fields import as_key
from config.base.api.parameters import refuse_unknown

from ..services import end_session
from ..services.access import open_sessions


class SessionSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
    """A browser in which one is signed in."""

    is_current = serializers.SerializerMethodField()

    class Meta:
        model = UserSession
        fields = ("id", "ip", "user_agent", "created_at", "last_seen_at", "is_current")
        read_only_fields = fields

    def get_is_current(self, session: UserSession) -> bool:
        return is_current(self.context["request"], session)


def is_current(request: Any, session: UserSession) -> bool:
    """Is the request signed in with this session, not with a token?"""
    return request.auth is None and session.session_key == request._request.session.session_key


class SessionsView(APIView):
    """The browsers in which one is signed in; for programs see the tokens."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        summary="Where one is signed in, newest first", responses={200: SessionSerializer(many=True)}
    )
    def get(self, request: Any) -> Response:
        """All of them: not in pages."""
        refuse_unknown(request)
        rows = open_sessions(user=request.user)
        return Response(SessionSerializer(rows, many=True, context={"request": request}).data)


class SessionView(APIView):
    """One of them."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(summary="Sign out in one browser", responses={204: None})
    def delete(self, request: Any, pk: str) -> Response:
        """Its next request is a stranger's."""
        key = as_key(pk)
        session = UserSession.objects.filter(user=request.user, pk=key).first() if key is not None else None
        if session is None:
            raise Http404
        if is_current(request, session):
            logout(request._request)
        else:
            end_session(session=session)
        return Response(status=status.HTTP_204_NO_CONTENT)


class OtherSessionsView(APIView):
    """All but this one."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        summary="Sign out everywhere else",
        request=None,
        responses={
            200: {"type": "object", "properties": {"ended": {"type": "integer"}}, "required": ["ended"]}
        },
    )
    def post(self, request: Any) -> Response:
        """Ends every session but the one that this request may be signed in with. Tokens go on: revoke them."""
        others = [
            each for each in UserSession.objects.filter(user=request.user) if not is_current(request, each)
        ]
        for session in others:
            end_session(session=session)
        return Response({"ended": len(others)})
