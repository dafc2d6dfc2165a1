"""Dealing with what imports and runs noticed."""

from __future__ import annotations

from django.db import transaction

from config.base.querysets import now_ms

from ..models import AuditItem


@transaction.atomic
def resolve_audit_item(*, audit_item: AuditItem) -> AuditItem:
    """Note that somebody has dealt with it. Twice is once, under the first date. Raises StaleObjectError."""
    if audit_item.resolved_at is None:
        audit_item.resolved_at = now_ms()
        audit_item.save(update_fields=["resolved_at"])
    return audit_item
