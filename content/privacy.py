"""What this app holds of people; see `config.base.personal`.

Ratings keep their stars and lose their words. A request keeps what was asked for, of which the person is no part. A
document that was made for the person, or whose text holds an address of theirs, loses its bytes; its
fingerprints stay, so that a copy which somebody kept can still be told.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db.models import Q

from config.base.erasure import mask, overwrite
from config.base.mentions import MASK, Masker, Mentions, Needles
from config.base.personal import Person, also_erase, by_user, declare, nobodys

from .choices import RequestStatus
from .files import delete_after_commit
from .hashing import TEXT_FIELDS, text_sha256
from .models import BrickVersion, DocumentBrick, DocumentRequest, GeneratedDocument

FINGERPRINT = "A fingerprint."
EMPTIED = "Emptied by `erase_documents`."
SLUG = "A slug."
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
    mention=("error", "manifest"),
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
declare(
    "content.ContentBrick",
    own=nobodys,
    proven=("title", "body", "answer", "source"),
    impersonal={"slug": SLUG, "family": SLUG, "tags": SLUG},
)
declare(
    "content.BrickVersion",
    own=nobodys,
    impersonal={**dict.fromkeys(TEXT_FIELDS, "Masked by `mask_versions`."), "sha256": FINGERPRINT},
)
declare(
    "content.ContentFigure",
    own=nobodys,
    proven=("source",),
    impersonal={
        "name": SLUG,
        "media_type": "A kind of file.",
        "data": "A drawing; whoever draws a person's address into one takes it back by hand.",
        "sha256": FINGERPRINT,
    },
)
declare(
    "content.ContentTemplate",
    own=nobodys,
    proven=("name", "slots", "placeholders"),  # the revision stays: a word less is not another layout
    impersonal={"slug": SLUG},
)


@also_erase
def mask_versions(person: Person) -> None:
    """Published versions lose addresses as the bricks do; their fingerprints, and every pin, follow.

    A version is immutable and fingerprinted; it is masked all the same, because a published text is one too many
    doors through which the person would still be found. The new fingerprint is that of the masked text, so that
    `check_data` finds every version as it is fingerprinted, a brick is not taken for changed since its publication,
    and the documents that pin it (`DocumentBrick`, the manifest) name what is there. Such a document holds the same
    text, and so loses its bytes: nothing that could be compared with the old fingerprint is left.
    """
    every = BrickVersion.all_objects
    before = dict(every.filter(_mentioned(TEXT_FIELDS, person.proven)).values_list("pk", "sha256"))
    columns = (*TEXT_FIELDS, "sha256")
    follow = {"sha256": lambda values: text_sha256(**{name: values[name] for name in TEXT_FIELDS})}
    mask(BrickVersion, columns, person.proven, follow=follow)
    after = dict(every.filter(pk__any_of=sorted(before)).values_list("pk", "sha256"))
    new = {old: after[pk] for pk, old in before.items() if after[pk] != old}
    pins = DocumentBrick.all_objects.filter(sha256__in=new)
    documents = set(pins.values_list("document", flat=True))
    overwrite(
        DocumentBrick,
        set(pins.values_list("pk", flat=True)),
        {"sha256": lambda stored, _key: new.get(stored, stored)},
    )
    overwrite(GeneratedDocument, documents, {"manifest": partial(_pinned, new)})
    requests = DocumentRequest.all_objects.filter(manifest__isnull=False)
    made = GeneratedDocument.all_objects.filter(pk__any_of=sorted(documents)).values("request")
    holding = requests.filter(Q(pk__in=made) | ~Q(status=RequestStatus.DONE)) if new else requests.none()
    overwrite(DocumentRequest, set(holding.values_list("pk", flat=True)), {"manifest": partial(_pinned, new)})


def _pinned(new: dict[str, str], manifest: Any, _key: Any) -> Any:
    if manifest is None:
        return None
    bricks = [
        {**each, "sha256": new.get(each.get("sha256"), each.get("sha256"))}
        for each in manifest.get("bricks", ())
    ]
    return {**manifest, "bricks": bricks} if bricks else manifest


@also_erase
def erase_documents(person: Person) -> None:
    """Empty what was made for the person, by them for nobody else, or tells of them; its files go after commit.

    Of what they made for others, that which names them; of what others made, only that whose text holds an e-mail
    or street address of theirs. Somebody else's document is never emptied for a name.
    """
    made_for = by_user("request__student__user")(person)
    made_by = by_user("request__requester")(person)
    every = GeneratedDocument.all_objects.all()
    theirs = made_for | made_by & Q(request__student__isnull=True)
    keys = set(every.filter(theirs).values_list("pk", flat=True))
    keys |= _telling(every.filter(made_by), person.telling) | _telling(every, person.proven)
    files = list(every.filter(pk__any_of=sorted(keys)).values_list("pdf", flat=True))
    students = set(every.filter(made_for).values_list("pk", flat=True))
    overwrite(GeneratedDocument, students, {"manifest": _without_student})
    asked = DocumentRequest.all_objects.filter(by_user("student__user")(person), manifest__isnull=False)
    overwrite(DocumentRequest, set(asked.values_list("pk", flat=True)), {"manifest": _without_student})
    overwrite(GeneratedDocument, keys, {"html": "", "pdf": ""})
    delete_after_commit(files)


def _telling(rows: Any, needles: Needles) -> set[int]:
    """Documents whose title, text or manifest tells of the person. What the PDF says the manifest says too.

    Of the HTML, its words: tags are none, but a link may hold an e-mail address.
    """
    columns, masker = ("title", "html", "manifest"), Masker(needles)
    linked = Masker({each for each in needles if "@" in each or "%40" in each})
    found = set()
    rows = rows.filter(_mentioned(columns, needles)).values_list("pk", *columns)
    for pk, title, text, manifest in rows.iterator(chunk_size=100):
        words = html.unescape(re.sub(r"<[^>]*>", " ", text))
        if any(masker(each) != each for each in (title, words, manifest)) or linked(text) != text:
            found.add(pk)
    return found


def _mentioned(columns: Iterable[str], needles: Needles) -> Q:
    found = Q(pk__in=())
    for column in columns if needles else ():
        found |= Q(Mentions(column, needles))
    return found


def _without_student(manifest: Any, _key: Any) -> Any:
    if manifest is None:  # the record of a request before its bricks were picked
        return None
    values = manifest.get("values", {})
    if FROM_THE_STUDENT not in values:
        return manifest
    return {**manifest, "values": {**values, FROM_THE_STUDENT: MASK}}
