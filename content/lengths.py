"""How long a text may be, whoever writes it: named rules in the database, said before by the doors."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

#: The longest text of a brick, and the longest answer, in characters: some twenty pages.
MAX_TEXT = 50_000


def at_most(field: str, characters: int) -> models.CheckConstraint:
    """The column holds no more characters than this."""
    return models.CheckConstraint(
        condition=LessThanOrEqual(Length(field), characters),
        name=f"%(app_label)s_%(class)s_{field}_length",
        violation_error_message=format_lazy(_("At most {number} characters."), number=f"{characters:,}"),
    )
