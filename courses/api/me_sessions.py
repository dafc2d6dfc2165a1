"""When one meets one's teacher, when one could, and what one has paid for, below `/api/v1/me/`."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from rest_framework import serializers

from accounts.models import StudentProfile
from accounts.whose import BOOK, VIEW_PROGRESS, is_child_of
from config.base.api.fields import as_key
from config.base.api.filters import BaseFilterSet, KeyFilter
from config.base.api.personal import PersonalViewSet
from config.base.serializers import BaseSerializer

from ..availability import formulas_for, free_slots
from ..models import Formula, TutoringSession


class MySessionSerializer(BaseSerializer):
    """A tutoring session that one has a seat in, or gives."""

    teacher_name = serializers.CharField(source="teacher.user.full_name", read_only=True)
    formula_name = serializers.CharField(source="formula.name", read_only=True)

    class Meta:
        model = TutoringSession
        fields: tuple[str, ...] = (
            "id",
            "teacher_name",
            "formula_name",
            "course",
            "starts_at",
            "ends_at",
            "capacity",
            "location",
            "status",
            "version",
        )
        read_only_fields: tuple[str, ...] = fields


class MyFreeSlotSerializer(MySessionSerializer):
    """A session that one could have a seat in."""

    seats_left = serializers.IntegerField(read_only=True)

    class Meta(MySessionSerializer.Meta):
        fields = (*MySessionSerializer.Meta.fields, "teacher", "formula", "seats_left")
        read_only_fields = fields


class MyFormulaSerializer(BaseSerializer):
    """A formula, with what the student has bought of it and has left; null where nothing was bought."""

    sessions_bought = serializers.IntegerField(read_only=True, allow_null=True)
    sessions_left = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = Formula
        fields = (
            "id",
            "name",
            "kind",
            "session_count",
            "session_minutes",
            "price_amount",
            "price_currency",
            "courses",
            "is_active",
            "sessions_bought",
            "sessions_left",
            "version",
        )
        read_only_fields = fields


class MyFormulaFilterSet(BaseFilterSet):
    """`?student=`: the key of the child whose sessions are counted; without it, one's own."""

    student = KeyFilter(method="of_student")

    class Meta:
        model = Formula
        fields = ("kind", "courses")

    def of_student(self, queryset: Any, name: str, value: Any) -> Any:
        """The view has counted by it."""
        return queryset


class MySessionViewSet(PersonalViewSet):
    """Tutoring sessions: those one has a seat in, or a child has, and those one gives."""

    serializer_class = MySessionSerializer
    filterset_fields = {"course": ["exact"], "status": ["exact"], "starts_at": ["gte", "lt"]}
    ordering_fields = ("starts_at",)


class MyFreeSlotViewSet(PersonalViewSet):
    """Open sessions still to come with a seat left, of every teacher, soonest first."""

    serializer_class = MyFreeSlotSerializer
    filterset_fields = {
        "teacher": ["exact"],
        "formula": ["exact"],
        "course": ["exact"],
        "starts_at": ["gte", "lt"],
    }
    ordering_fields = ("starts_at",)
    ordering = ("starts_at", "id")

    def own_rows(self, user: Any) -> Any:
        return free_slots()


class MyFormulaViewSet(PersonalViewSet):
    """Formulas on offer, and those that one has bought; with how many sessions are left."""

    serializer_class = MyFormulaSerializer
    filterset_class = MyFormulaFilterSet
    search_fields = ("name",)
    ordering_fields = ("name", "price_amount")
    ordering = ("name", "id")

    def own_rows(self, user: Any) -> Any:
        student = self._student(user)
        bought = Q(purchases__student=student, purchases__is_deleted=False) if student else Q(pk__in=[])
        rows = Formula.objects.filter(pk__in=Formula.objects.filter(Q(is_active=True) | bought).values("pk"))
        return formulas_for(student, rows)

    def _student(self, user: Any) -> int | None:
        """The profile that is counted by: one's own, or a child's whom one may book for or see the progress of."""
        wanted = self.request.query_params.get("student")
        mine = Q(user=user)
        if wanted is not None:
            child = is_child_of(user, "user", VIEW_PROGRESS, BOOK)
            mine = (mine | child) & Q(user=as_key(wanted))
        return StudentProfile.objects.filter(mine).values_list("pk", flat=True).first()
