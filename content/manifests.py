"""From a request to its manifest, and from a manifest to the sheets that are rendered.

A manifest is all that two copies are made of: what was asked for, which brick versions stand where, with their
fingerprints, what the placeholders are filled with. The texts themselves are read again by their fingerprints, so that
editing, renaming, archiving or deleting a brick changes nothing: its versions are kept.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from config.base.exceptions import DomainError

from .choices import Level, Placeholder, Variant
from .hashing import text_of, text_sha256
from .models import BrickVersion, DocumentRequest
from .rendering.engines import engines
from .rendering.markdown import TextRefused, images_of
from .rendering.values import Image, Part, Section, Sheet
from .selection import Pick, Selection
from .selectors.figures import fingerprints_for, images_for

FORMAT = 1
LANGUAGE_OF_TIES = "fr"

_CONTROLS = re.compile(r"[\x00-\x20\x7f\ud800-\udfff]+")
_LONGEST_LINE = 255


class BrokenManifest(DomainError):
    """What the manifest pins is not there any more, or is not what it was; the message names it."""

    code = "broken_manifest"


def build_manifest(
    *, request: DocumentRequest, selection: Selection, rendered_at: datetime
) -> dict[str, Any]:
    """The manifest of a request, of which these bricks were picked at this moment (aware, in the zone to print).

    The request need not be stored, nor have a requester. Its shape is `content.shapes.MANIFEST`.
    """
    template, picks = request.template, selection.picks
    language = request.criteria.get("language") or _language_of(picks)
    title = _line(f"{template.name} – {request.subject.name}")
    texts = [text for pick in picks for text in (pick.version.body, pick.version.answer)]
    return {
        "format": FORMAT,
        "language": language,
        "title": title,
        "engines": dict(engines()),
        "rendered_at": rendered_at.replace(microsecond=0).isoformat(),
        "template": {
            "slug": template.slug,
            "revision": template.revision,
            "name": _line(template.name),
            "document_type": template.document_type,
            "slots": template.slots,
            "placeholders": template.placeholders,
        },
        "subject": request.subject.slug,
        "level": request.level,
        "criteria": request.criteria,
        "seed": request.seed,
        "values": _values(request, picks, language=language, title=title, day=rendered_at.date()),
        "bricks": [
            {
                "slot": pick.slot,
                "brick": pick.version.brick.slug,
                "number": pick.version.number,
                "sha256": pick.version.sha256,
                "kind": pick.kind,
                "language": pick.language,
            }
            for pick in picks
        ],
        "figures": fingerprints_for(_figures_in(texts)),
        **({"shortage": dict(selection.shortage)} if selection.shortage else {}),
        **({"relaxed": list(selection.relaxed)} if selection.relaxed else {}),
    }


def versions_of(manifest: dict[str, Any]) -> list[BrickVersion]:
    """The pinned versions in the order of the document, in one query.

    They are found by their fingerprints, which are those of their texts: whatever has become of the brick, its name
    and its number, the same fingerprint is the same text. Raises BrokenManifest.
    """
    pins = manifest["bricks"]
    stored: dict[tuple[str, str, int], BrickVersion] = {}
    by_text: dict[str, BrickVersion] = {}
    rows = BrickVersion.all_objects.filter(sha256__in={pin["sha256"] for pin in pins})
    for version in rows.select_related("brick").order_by("-pk"):
        stored[version.sha256, version.brick.slug, version.number] = version
        by_text[version.sha256] = version
    found = []
    for pin in pins:
        sha256 = pin["sha256"]
        chosen = stored.get((sha256, pin["brick"], pin["number"])) or by_text.get(sha256)
        if chosen is None or text_sha256(**text_of(chosen)) != sha256:
            message = _("Version %(number)s of the brick %(brick)s is gone, or not what was published.")
            raise BrokenManifest(message % {"number": pin["number"], "brick": pin["brick"]})
        found.append(chosen)
    return found


def sheet_for(manifest: dict[str, Any], variant: str) -> Sheet:
    """The student's or the teacher's copy, ready to be rendered: two queries. Raises BrokenManifest.

    Nothing of the answers is in the student's: neither their text nor the figures that only they name.
    """
    with_answers = variant == Variant.TEACHER
    versions = versions_of(manifest)
    parts: dict[str, list[Part]] = {}
    texts = []
    for pin, version in zip(manifest["bricks"], versions, strict=True):
        answer = version.answer if with_answers else ""
        texts += [version.body, answer]
        part = Part(version.title, pin["kind"], pin["language"], version.body, answer, version.source)
        parts.setdefault(pin["slot"], []).append(part)
    template = manifest["template"]
    return Sheet(
        variant=str(variant),
        document_type=template["document_type"],
        language=manifest["language"],
        title=manifest["title"],
        rendered_at=manifest["rendered_at"],
        sections=tuple(
            Section(slot["title"], tuple(parts[slot["key"]]))
            for slot in template["slots"]
            if slot["key"] in parts
        ),
        placeholders=tuple(template["placeholders"]),
        values=dict(manifest["values"]),
        images=_images(_figures_in(texts), manifest["figures"]),
    )


def _values(
    request: DocumentRequest, picks: Sequence[Pick], *, language: str, title: str, day: date
) -> dict[str, str]:
    """{placeholder: what it is filled with}, of those that the template asks for and somebody can tell.

    The day is in ISO 8601 and the duration in minutes: they are put into words where they are printed.
    """
    requester = request.requester if request.requester_id else None
    teaches = requester is not None and requester.teacher_profile is not None
    minutes = sum(pick.minutes for pick in picks)
    with translation.override(language):
        level = str(Level(request.level).label)
    known = {
        Placeholder.TITLE: title,
        Placeholder.SUBJECT: request.subject.name,
        Placeholder.LEVEL: level,
        Placeholder.STUDENT_NAME: request.student.user.get_full_name() if request.student else "",
        Placeholder.TEACHER_NAME: requester.get_full_name() if requester and teaches else "",
        Placeholder.DATE: day.isoformat(),
        Placeholder.DURATION: str(minutes or ""),
        Placeholder.SEED: str(request.seed),
    }
    asked = set(request.template.placeholders)
    return {name.value: _line(text) for name, text in known.items() if name.value in asked and text}


def _language_of(picks: Sequence[Pick]) -> str:
    """The language of most of the bricks; French when as many are in the other."""
    counted = Counter(pick.language for pick in picks)
    if not counted:
        return LANGUAGE_OF_TIES
    return max(sorted(counted), key=lambda language: (counted[language], language == LANGUAGE_OF_TIES))


def _figures_in(texts: Iterable[str]) -> set[str]:
    names = set()
    for text in texts:
        with suppress(TextRefused):  # what cannot be read is refused by the rendering, which says where
            names |= {figure.name for figure in images_of(text)}
    return names


def _images(names: Iterable[str], pinned: dict[str, str]) -> dict[str, Image]:
    """The pinned figures of these names; one that is gone or another file is named."""
    images = images_for(sorted(names))
    for name, sha256 in sorted(pinned.items()):
        if name in names and (
            name not in images or hashlib.sha256(images[name].content).hexdigest() != sha256
        ):
            raise BrokenManifest(_("The figure %(figure)s is gone, or not what it was.") % {"figure": name})
    return images


def _line(text: str) -> str:
    """One line, as the shape of a manifest asks: no control characters, not too long."""
    return _CONTROLS.sub(" ", text).strip()[:_LONGEST_LINE]
