"""Looking back: the versions of a row, and the row as it was. What the serializer does not show stays hidden here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.core.exceptions import ValidationError as FormError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.relations import PKOnlyObject
from rest_framework.response import Response

from config.base.history import RECORD_FIELDS, changes_between
from config.base.rows import full_name, reaches_everything, rows_for

from .fields import as_key, columns_of
from .moments import parse_moment
from .pagination import VersionsPagination

KINDS = {"+": "created", "~": "changed", "-": "deleted"}


@extend_schema_field(OpenApiTypes.ANY)
class AnyValue(serializers.Field):
    """A value of whatever type its column has."""

    def to_representation(self, value: Any) -> Any:
        return value


class ChangeSerializer(serializers.Serializer):
    """One column that a version changed."""

    field = serializers.CharField()
    name = serializers.CharField()
    old = AnyValue()
    new = AnyValue()


class PersonSerializer(serializers.Serializer):
    """Who did it: the key stays when the person is purged, the name does not."""

    id = serializers.IntegerField()
    name = serializers.CharField(allow_null=True)


class VersionSerializer(serializers.Serializer):
    """One version of a row: who made it, when, why, and what it changed."""

    version = serializers.IntegerField()
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(choices=["created", "changed", "deleted", "restored"])
    who = PersonSerializer(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    changes = ChangeSerializer(many=True)
    links = serializers.DictField(help_text=_("Many-to-many links that came and went, by field."))


class HistoryMixin:
    """`/{id}/history/` and `?as_of=` for a viewset."""

    @extend_schema(summary="The versions of a row, newest first", responses=VersionSerializer(many=True))
    @action(detail=True, pagination_class=VersionsPagination)
    def history(self: Any, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Who changed what, when and why."""
        row = self.get_object()
        records = self.paginate_queryset(self.model.history.filter(id=row.pk))
        versions = describe_versions(records, self.get_serializer())
        return self.get_paginated_response(VersionSerializer(versions, many=True).data)

    def represent_past(self: Any) -> Response:
        """The row as it was at `?as_of=`: without columns that have no history, without an ETag to change it by."""
        try:
            when = parse_moment(self.request.query_params["as_of"])
        except FormError as error:
            raise ValidationError({"as_of": error.messages}) from error
        key = as_key(self.kwargs[self.lookup_url_kwarg or self.lookup_field])
        record = None if key is None else self.model.history.as_of(when).filter(id=key).first()
        if record is None:
            raise Http404
        user, stored = self.request.user, self.model.all_objects.filter(pk=key)
        if not reaches_everything(user, self.model, "view") and not rows_for(user, stored, "view").exists():
            raise Http404
        alive = self.model.objects.filter(pk=key).exists()
        if not alive and not self.request.user.has_perm(full_name("delete", self.model)):
            raise Http404  # what is in the trash, or gone, is for those who may look there
        serializer = self.get_serializer()
        links = recorded_links(serializer)
        recorded = {field.field_name for field in [*recorded_columns(serializer).values(), *links.values()]}
        self.columns = recorded if self.columns is None else recorded & self.columns
        return Response(self.get_serializer(past_row(record, links)).data)


def recorded_columns(serializer: Any) -> dict[str, Any]:
    """The shown fields that stand for columns with a history: {column name: field}."""
    names = {field.name for field in serializer.Meta.model.history.model._meta.concrete_fields}
    names -= set(RECORD_FIELDS)
    return {
        column: field
        for field in serializer._readable_fields
        for column in columns_of(field)
        if column in names
    }


def recorded_links(serializer: Any) -> dict[str, Any]:
    """The shown fields whose many-to-many links are recorded: {relation name: field}."""
    found = {}
    for field in serializer._readable_fields:
        try:
            relation = serializer.Meta.model._meta.get_field(field.source)
        except FieldDoesNotExist:
            continue
        if (
            relation.many_to_many
            and not relation.auto_created
            and relation.remote_field.through._meta.auto_created
        ):
            found[field.source] = field
    return found


def describe_versions(records: list[Any], serializer: Any) -> Iterator[dict[str, Any]]:
    """The records, newest first, as VersionSerializer shows them: two queries, however many there are."""
    if not records:
        return
    oldest = records[-1]
    before = type(oldest)._base_manager.filter(id=oldest.id, version__lt=oldest.version).order_by("-version")
    people = get_user_model()._base_manager.filter(pk__in={each.history_user_id for each in records} - {None})
    names = {person.pk: str(person) for person in people}
    columns, links = recorded_columns(serializer), recorded_links(serializer)
    for new, old in zip(records, [*records[1:], before.first()], strict=True):
        revived = old is not None and old.history_type == "-" and new.history_type != "-"
        who = new.history_user_id
        yield {
            "version": new.version,
            "at": new.history_date,
            "kind": "restored" if revived else KINDS[new.history_type],
            "who": None if who is None else {"id": who, "name": names.get(who)},
            "reason": new.history_change_reason,
            "changes": [
                {
                    "field": columns[change.field].field_name,
                    "name": change.label,
                    "old": _shown(columns[change.field], change.old),
                    "new": _shown(columns[change.field], change.new),
                }
                for change in changes_between(new, old)
                if change.field in columns
            ],
            "links": {
                links[name].field_name: moved
                for name, moved in (new.history_links or {}).items()
                if name in links
            },
        }


def _shown(field: Any, value: Any) -> Any:
    """A stored value as the API shows it; a link is its key already, and so is one column of a composite."""
    if value is None or isinstance(field, (serializers.RelatedField, serializers.Serializer)):
        return value
    return field.to_representation(value)


def past_row(record: Any, links: dict[str, Any]) -> Any:
    """An unsaved row with the values of this record, and the links that it had then."""
    model = record.instance_type
    names = {field.attname for field in type(record)._meta.concrete_fields if field.name not in RECORD_FIELDS}
    row = model(**{name: getattr(record, name) for name in names})
    row._state.adding = False
    keys = {name: set(_linked_now(model, name, record.id)) for name in links}
    if links:
        later = (
            type(record)
            ._base_manager.filter(id=record.id, version__gt=record.version)
            .exclude(history_links=None)
        )
        for moved in later.order_by("-version").values_list("history_links", flat=True):
            for name in moved.keys() & keys.keys():
                keys[name] -= set(moved[name].get("added", ()))
                keys[name] |= set(moved[name].get("removed", ()))
    row._prefetched_objects_cache = {
        name: [PKOnlyObject(pk=key) for key in sorted(keys[name])] for name in links
    }
    return row


def _linked_now(model: Any, name: str, key: Any) -> Any:
    field = model._meta.get_field(name)
    rows = field.remote_field.through._base_manager.filter(**{field.m2m_field_name(): key})
    return rows.values_list(f"{field.m2m_reverse_field_name()}_id", flat=True)
