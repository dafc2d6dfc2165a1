"""Seats below `/api/v1/me/`: asked for by learners and parents, answered by teachers."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, PermissionDenied, ValidationError
from rest_framework.response import Response

from accounts.api.strict import StrictSerializer
from accounts.models import StudentProfile
from accounts.whose import BOOK, is_child_of
from config.base.api.filters import BIGINT
from config.base.api.personal import ActingPersonalViewSet, student_filters
from config.base.serializers import BaseSerializer

from .. import services
from ..models import Booking, TutoringSession
from ..services.seats import refuse_past
from .bookings import ReasonSerializer, lock_named_seat, reason_of


class MyBookingSerializer(BaseSerializer):
    """A seat: one's own, a child's, or a student's with oneself."""

    student = serializers.IntegerField(source="student.user.pk", read_only=True)
    student_name = serializers.CharField(source="student.user.full_name", read_only=True)
    teacher_name = serializers.CharField(source="session.teacher.user.full_name", read_only=True)
    location = serializers.CharField(source="session.location", read_only=True)

    class Meta:
        model = Booking
        fields = (
            "id",
            "session",
            "student",
            "student_name",
            "teacher_name",
            "location",
            "status",
            "starts_at",
            "ends_at",
            "version",
        )
        read_only_fields = fields


class MoveSerializer(StrictSerializer):
    """The session that the seat is wanted in."""

    session = serializers.IntegerField(min_value=1, max_value=BIGINT)


class BookingRequestSerializer(MoveSerializer):
    """And for whom: a child's key; one's own where it is left out."""

    student = serializers.IntegerField(min_value=1, max_value=BIGINT, required=False)


class MyBookingViewSet(ActingPersonalViewSet):
    """Seats: one's own, one's children's, and those in the sessions that one gives.

    Learners, and parents whose guardianship lets them book, ask for seats, move and cancel them until the session
    begins; teachers confirm and cancel those in their own sessions and say who came.
    """

    serializer_class = MyBookingSerializer
    filterset_class = student_filters(Booking, "student__user", "session", "status")
    ordering_fields = ("starts_at",)

    @extend_schema(request=BookingRequestSerializer, responses={201: MyBookingSerializer})
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Ask for a seat. It is held until the teacher answers."""
        values = self._body(BookingRequestSerializer)
        student = self._student(values.get("student"))
        booking = services.request_booking(
            session=self._session(values["session"]), student=student, by=request.user
        )
        response = self.represent(booking, status=status.HTTP_201_CREATED)
        response["Location"] = request.build_absolute_uri(f"{request.path}{booking.pk}/")
        return response

    @extend_schema(
        summary="Give up a seat for one in another session",
        request=MoveSerializer,
        responses=MyBookingSerializer,
    )
    @action(detail=True, methods=["post"])
    def move(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Both or none. It is to be confirmed again. Twice is once."""
        booking = self.get_object()
        self._require(Booking.objects.bookable_by(request.user), booking)
        session = self._session(self._body(MoveSerializer)["session"])
        refuse_past(booking.starts_at)
        return self.represent(services.move_booking(booking=booking, session=session))

    @extend_schema(summary="Cancel a seat", request=ReasonSerializer, responses=MyBookingSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Until the session begins; its teacher later too. Twice is once."""
        booking = self.get_object()
        reason = reason_of(request)
        if not Booking.objects.taught_by(request.user).filter(pk=booking.pk).exists():
            self._require(Booking.objects.bookable_by(request.user), booking)
            refuse_past(booking.starts_at)
        return self.represent(services.cancel_booking(booking=booking, reason=reason))

    @extend_schema(summary="Confirm a seat in one's session", request=None, responses=MyBookingSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """For its teacher. Twice is once."""
        return self._answer(services.confirm_booking)

    @extend_schema(
        summary="Say that the student came to one's session", request=None, responses=MyBookingSerializer
    )
    @action(detail=True, methods=["post"])
    def complete(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """For its teacher, once the session has begun. Twice is once."""
        return self._answer(services.complete_booking)

    @extend_schema(
        summary="Say that the student did not come to one's session",
        request=None,
        responses=MyBookingSerializer,
    )
    @action(detail=True, methods=["post"], url_path="no-show")
    def no_show(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """For its teacher, once the session has begun. Twice is once."""
        return self._answer(services.mark_no_show)

    def get_object(self) -> Any:
        lock_named_seat(self)
        return super().get_object()

    def _answer(self, service: Any) -> Response:
        booking = self.get_object()
        self._require(Booking.objects.taught_by(self.request.user), booking)
        return self.represent(service(booking=booking))

    def _require(self, rows: Any, booking: Booking) -> None:
        if not rows.filter(pk=booking.pk).exists():
            raise PermissionDenied

    def _body(self, serializer_class: Any) -> Any:
        serializer = serializer_class(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def _session(self, key: int) -> TutoringSession:
        session = TutoringSession.objects.given().filter(pk=key).first()
        if session is None:
            raise ValidationError({"session": [ErrorDetail(_("There is no such session."), code="invalid")]})
        return session

    def _student(self, key: int | None) -> StudentProfile:
        """The profile of this person, or of the child whom they may book for."""
        user = self.request.user
        whose = (
            Q(user=user) if key is None else (Q(user=user) | is_child_of(user, "user", BOOK)) & Q(user=key)
        )
        student = StudentProfile.objects.filter(whose).first()
        if student is None:
            words = _(
                "You may book for yourself as a student, and for children whose guardianship lets you book."
            )
            raise ValidationError({"student": [ErrorDetail(words, code="not_yours")]})
        return student
