"""Write down what people do."""

from __future__ import annotations

from django.db import models

from config.base.audit import current_actor_id

from ..models import User, UserActivity


def record_activity(
    *,
    verb: str,
    user: User | None = None,
    obj: models.Model | None = None,
    request_id: str = "",
    detail: str = "",
) -> UserActivity:
    """Add one line to the log. Without `user` it is the acting person's, or nobody's (a stranger, a command).

    `detail` says more in at most 200 characters, and nothing that names a person.
    """
    return UserActivity.objects.create(
        user_id=user.pk if user is not None else current_actor_id(),
        verb=verb,
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=obj.pk if obj is not None else None,
        request_id=request_id[:64],
        detail=detail[:200],
    )
