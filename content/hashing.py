"""The fingerprint of a brick's text, and the columns that hold fingerprints."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

#: What a published version pins, and what its fingerprint covers.
TEXT_FIELDS = ("title", "body", "answer", "source")

SHA256 = r"^[0-9a-f]{64}\Z"
_MESSAGE = _("A SHA-256 is 64 hexadecimal digits in lower case.")


def text_of(row: Any) -> dict[str, str]:
    """The four texts of a brick, or of one of its versions."""
    return {name: getattr(row, name) for name in TEXT_FIELDS}


def text_sha256(*, title: str, body: str, answer: str, source: str) -> str:
    """SHA-256, in hexadecimal, of the texts as canonical JSON in UTF-8: keys sorted, no spaces, nothing escaped."""
    texts = {"title": title, "body": body, "answer": answer, "source": source}
    canonical = json.dumps(texts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class Sha256Field(models.CharField):  # type: ignore[type-arg]
    """A SHA-256 in lower-case hexadecimal; the model adds `sha256_rule` for the database."""

    default_validators = [RegexValidator(SHA256, _MESSAGE)]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 64)
        super().__init__(*args, **kwargs)


def sha256_rule(field: str) -> models.CheckConstraint:
    """The column holds a SHA-256, whoever wrote it."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__regex": SHA256}),
        name=f"%(app_label)s_%(class)s_{field}",
        violation_error_message=_MESSAGE,
    )
