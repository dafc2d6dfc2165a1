"""What this app holds of people; see `config.base.personal`.

Ratings keep their stars and lose their words. A request keeps what was asked for, of which the person is no part. A
document that was made for the person, or that names them, loses its bytes; its fingerprints stay, so that a copy which
somebody kept can still be told.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from config.base.erasure import overwrite
from config.base.mentions import MASK, Masker, Mentions
from config.base.personal import Person, also_erase, by_user, declare, leave

from .models import GeneratedDocument

FINGERPRINT = "A fingerprint."
EMPTIED = "Emptied by `erase_documents`."
CONTENT = "What is taught: it is in no document of a person by anything but a number."
#: Filled in a document from the person it is for.
FROM_THE_STUDENT = "student_name"

declare(
    "content.DocumentRequest",
    own=by_user("requester", "student__user"),
    export=(
        "reference",
        "template__name",
        "subject__name",
        "level",
        "criteria",
        "seed",
        "variants",
        "status",
    ),
    blank={"idempotency_key": None},
    mention=("error",),
    impersonal={"criteria": "Slugs and numbers that describe bricks.", "variants": "Codes."},
)
declare(
    "content.GeneratedDocument",
    own=by_user("request__requester", "request__student__user"),
    export=("request__reference", "variant", "title", "page_count", "html_sha256", "pdf_sha256"),
    mention=("title", "manifest"),
    impersonal={
        "html": EMPTIED,
        "pdf": EMPTIED,
        "html_sha256": FINGERPRINT,
        "pdf_sha256": FINGERPRINT,
    },
)
declare(
    "content.DocumentBrick",
    own=lambda person: Q(document__any_of=sorted(person.rows("content.GeneratedDocument"))),
    impersonal={"slot": "A place in a template.", "sha256": FINGERPRINT},
)
declare(
    "content.DocumentInteraction",
    own=by_user("user"),
    export=("document__request__reference", "kind", "occurred_at", "duration_seconds"),
)
declare(
    "content.ContentBrickRating",
    own=by_user("user"),
    export=("brick__title", "score", "comment"),
    blank={"comment": ""},
    mention=("comment",),
)
for _label in ("ContentBrick", "BrickVersion", "ContentTemplate"):
    leave(f"content.{_label}", CONTENT)


@also_erase
def erase_documents(person: Person) -> None:
    """Empty every document made for the person, by them for nobody else, or naming them; its files go after commit."""
    made_for = by_user("request__student__user")(person)
    made_by = by_user("request__requester")(person) & Q(request__student__isnull=True)
    every = GeneratedDocument.all_objects.all()
    keys = set(every.filter(made_for | made_by).values_list("pk", flat=True)) | _naming(person)
    files = [name for name in every.filter(pk__any_of=sorted(keys)).values_list("pdf", flat=True) if name]
    students = set(every.filter(made_for).values_list("pk", flat=True))
    overwrite(GeneratedDocument, students, {"manifest": _without_student})
    overwrite(GeneratedDocument, keys, {"html": "", "pdf": ""})
    transaction.on_commit(partial(_delete_files, files))


def _naming(person: Person) -> set[int]:
    """Documents whose title, text or manifest names the person. What the PDF says the manifest says too."""
    columns, masker = ("title", "html", "manifest"), Masker(person.needles)
    mentioned = Q()
    for column in columns if person.needles else ():
        mentioned |= Q(Mentions(column, person.needles))
    rows = GeneratedDocument.all_objects.filter(mentioned) if mentioned else GeneratedDocument.objects.none()
    return {
        pk
        for pk, *values in rows.values_list("pk", *columns).iterator(chunk_size=100)
        if any(masker(value) != value for value in values)
    }


def _without_student(manifest: Any, _key: Any) -> Any:
    values = manifest.get("values", {})
    if FROM_THE_STUDENT not in values:
        return manifest
    return {**manifest, "values": {**values, FROM_THE_STUDENT: MASK}}


def _delete_files(names: Iterable[str]) -> None:
    storage = GeneratedDocument._meta.get_field("pdf").storage  # type: ignore[union-attr]
    for name in names:
        storage.delete(name)
