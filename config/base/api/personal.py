"""What people see of their own: the viewsets below `/api/v1/me/`.

    class MyEnrollmentViewSet(PersonalViewSet):
        serializer_class = MyEnrollmentSerializer

Open to everybody who is signed in. The rows are those that the model's queryset says are `visible_to` them; any other
row is answered like one that does not exist. No door leads to the history or the trash.
"""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import IsAuthenticated

from .filters import BaseFilterSet, KeyFilter
from .views import AddOnlyBaseViewSet, BaseViewSet, ReadOnlyBaseViewSet


class PersonalMixin:
    """What all kinds share."""

    detail: bool
    writing: bool

    permission_classes = (IsAuthenticated,)
    is_personal = True
    history = None

    def get_rows(self) -> Any:
        """The alive rows that are this person's to see."""
        if self.request is None or getattr(self, "swagger_fake_view", False):
            return self.model.objects.none()
        user = self.request.user
        return self.acting_rows(user) if self.writing and self.detail else self.own_rows(user)

    def own_rows(self, user: Any) -> Any:
        """Overridden where less is shown here than the person may see elsewhere."""
        return self.model.objects.visible_to(user)

    def acting_rows(self, user: Any) -> Any:
        """Those that the person does something with; overridden where they see more, a child's rows perhaps."""
        return self.own_rows(user)

    def within_reach(self, rows: Any) -> Any:
        return rows


class PersonalViewSet(PersonalMixin, ReadOnlyBaseViewSet):
    """List and retrieve."""


class ActingPersonalViewSet(PersonalMixin, AddOnlyBaseViewSet):
    """Create too, by a service: the subclass calls it in `perform_create`, for the person who asks."""

    def require_reach(self, row: Any, right: str) -> None:
        """The service judges what this person may do."""


class EditablePersonalViewSet(PersonalMixin, BaseViewSet):
    """Create, update and delete too, of those rows that the person may change."""

    restore = None  # type: ignore[assignment]

    def get_rows(self) -> Any:
        return self.editable_rows(self.request.user) if self.writing else super().get_rows()

    def editable_rows(self, user: Any) -> Any:
        """The person's own; overridden where another column says whose a row is."""
        return self.model.objects.filter(user=user)

    def require_reach(self, row: Any, right: str) -> None:
        """What is written here is the person's own: `perform_create` makes it so, `editable_rows` keeps it."""

    def perform_destroy(self, instance: Any) -> None:
        instance.delete()


def student_filters(model: Any, path: str, *fields: str) -> Any:
    """Filters by these columns, and `?student=`: the key of the person that `path` leads to."""
    meta = type("Meta", (), {"model": model, "fields": fields})
    columns = {"student": KeyFilter(field_name=path), "Meta": meta, "__module__": __name__}
    return type(f"My{model.__name__}FilterSet", (BaseFilterSet,), columns)
