"""The first page: figures that each model's admin contributes, the trash, and who changed what lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.auth import get_user_model
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ..introspection import is_kernel_model
from ..rows import reaches_everything, rows_for
from .values import actor_name

RECENT = 10


@dataclass(frozen=True)
class Figure:
    """One number on the dashboard; `url` leads to the rows behind it."""

    label: str
    value: int | str
    url: str = ""
    icon: str = ""
    hint: str = ""


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the index template shows; each part only of models that this person may view."""
    admins = {
        model: each
        for model, each in admin.site._registry.items()
        if is_kernel_model(model) and each.has_view_or_change_permission(request)
    }
    figures = [figure for each in admins.values() for figure in each.figures(request)]
    in_trash = trash_size(request.user, list(admins))
    if admins:
        figures.append(
            Figure(_("In the trash"), in_trash, icon="delete", hint=_("Rows that can still be restored"))
        )
    changing = [model for model in admins if not getattr(model, "append_only", False)]
    return {
        **context,
        "title": _("Dashboard"),
        "figures": figures,
        "recent": recent_changes(request.user, changing),
    }


def trash_size(user: Any, models: list[Any]) -> int:
    """How many rows of these models, as far as this person's rights reach, are in the trash.

    One query over the indexes that hold only dead rows.
    """
    if not models:
        return 0
    quote_name = connection.ops.quote_name
    parts, values = [], []
    for model in models:
        reached, params = _within_reach(user, model)
        values += params
        parts.append(
            f"SELECT COUNT(*) AS n FROM {quote_name(model._meta.db_table)} "
            f"WHERE is_deleted AND deletion_id IS NOT NULL{reached and f' AND {reached}'}"
        )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT SUM(n) FROM ({' UNION ALL '.join(parts)}) AS counts", values)
        return int(cursor.fetchone()[0] or 0)


def _within_reach(user: Any, model: Any) -> tuple[str, list[Any]]:
    """A condition on `id`, with its parameters; nothing where all rows are within reach."""
    if reaches_everything(user, model, "view", "change"):
        return "", []
    rows = rows_for(user, model.all_objects.order_by(), "view", "change").values("pk")
    sql, params = rows.query.sql_with_params()
    return f"id IN ({sql})", list(params)


def recent_changes(user: Any, models: list[Any], limit: int = RECENT) -> list[dict[str, Any]]:
    """The newest records of these histories together, as far as this person's rights reach.

    One query over their date indexes, one a model to name rows.
    """
    if not models:
        return []
    quote_name = connection.ops.quote_name
    parts, values = [], []
    for number, model in enumerate(models):
        reached, params = _within_reach(user, model)
        values += params
        table = quote_name(model.history.model._meta.db_table)
        parts.append(
            f"SELECT * FROM (SELECT {number} AS at, id, version, history_type, history_date, history_user_id "
            f"FROM {table} {reached and f'WHERE {reached}'} ORDER BY history_date DESC LIMIT {limit}) AS t{number}"
        )
    with connection.cursor() as cursor:
        cursor.execute(f"{' UNION ALL '.join(parts)} ORDER BY 5 DESC, 1, 2, 3 DESC LIMIT {limit}", values)
        found = cursor.fetchall()
    names: dict[Any, dict[Any, str]] = {}
    for number in {row[0] for row in found}:
        rows = models[number]._base_manager.filter(pk__in={row[1] for row in found if row[0] == number})
        names[number] = {row.pk: str(row) for row in rows.select_related()}
    user_ids = {row[5] for row in found} - {None}
    people = {person.pk: person for person in get_user_model()._base_manager.filter(pk__in=user_ids)}
    return [_change(models[row[0]], row, names[row[0]].get(row[1]), people) for row in found]


def _change(model: Any, row: Any, name: str | None, people: dict[Any, Any]) -> dict[str, Any]:
    _at, pk, _version, kind, when, user_id = row
    options = model._meta
    return {
        "name": name or f"#{pk}",
        "model": capfirst(options.verbose_name),
        "kind": {
            "+": {"label": _("Created"), "icon": "add"},
            "~": {"label": _("Changed"), "icon": "edit"},
            "-": {"label": _("Deleted"), "icon": "delete"},
        }[kind],
        "who": actor_name(user_id, people.get(user_id)),
        "when": _moment(when),
        "url": reverse(f"admin:{options.app_label}_{options.model_name}_history", args=[quote(pk)])
        if name
        else "",
    }


def _moment(value: Any) -> Any:
    """A raw query gives SQLite's dates as text or without a zone; they are in UTC."""
    parsed = parse_datetime(value) if isinstance(value, str) else value
    return parsed.replace(tzinfo=UTC) if parsed is not None and parsed.tzinfo is None else parsed
