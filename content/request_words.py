"""What a request came to, in words: what was missing from the stock, what was left of the criteria."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .choices import BrickKind
from .models import DocumentRequest
from .selectors.usage import Usage
from .services import Replay


def shortage_words(request: DocumentRequest) -> list[str]:
    """A sentence for each slot that has fewer bricks than the template asks for, in its order."""
    manifest = request.manifest or {}
    shortage = manifest.get("shortage", {})
    return [
        ngettext(
            "“%(slot)s”: %(count)d brick is missing; the stock has no more that match.",
            "“%(slot)s”: %(count)d bricks are missing; the stock has no more that match.",
            shortage[slot["key"]],
        )
        % {"slot": _name(slot), "count": shortage[slot["key"]]}
        for slot in _slots(manifest)
        if slot["key"] in shortage
    ]


def relaxation_words(request: DocumentRequest) -> list[str]:
    """A sentence for each criterion that the engine left, as it was allowed to, slot by slot."""
    manifest = request.manifest or {}
    names = {slot["key"]: _name(slot) for slot in _slots(manifest)}
    sentences = {
        "difficulty": _("“%(slot)s”: too few bricks had the difficulty, so that others were taken too."),
        "tags": _("“%(slot)s”: too few bricks had the tags, so that others were taken too."),
    }
    return [
        sentences[each["criterion"]] % {"slot": names.get(each["slot"], each["slot"])}
        for each in manifest.get("relaxed", ())
    ]


def replay_words(replay: Replay) -> str:
    """What came of making a document again."""
    if replay.is_erased:
        return _("The pages of this document were erased: there is nothing to compare with.")
    if replay.problem:
        return _("It could not be made again: %(problem)s") % {"problem": replay.problem}
    if replay.matches:
        return _("Made again: HTML and PDF are the same, byte for byte.")
    if replay.html_matches and replay.pdf_matches:
        return _(
            "Made again, the same bytes came out, but what is stored has been changed or is gone: %(forms)s."
        ) % {"forms": ", ".join(form.upper() for form in replay.damaged)}
    changed = ", ".join(f"{name} {then} → {now}" for name, (then, now) in (replay.engines or {}).items())
    words = _("Made again: other bytes came out.")
    return f"{words} {_('Since then changed: %(engines)s.') % {'engines': changed}}" if changed else words


def usage_words(usage: Usage) -> str:
    """How often a brick was given, and what became of that."""
    if not usage.given:
        return _("never given yet")
    return ngettext(
        "given %(given)d time, opened %(opened)d, completed %(completed)d",
        "given %(given)d times, opened %(opened)d, completed %(completed)d",
        usage.given,
    ) % {"given": usage.given, "opened": usage.opened, "completed": usage.completed}


def _slots(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return manifest.get("template", {}).get("slots", [])  # type: ignore[no-any-return]


def _name(slot: dict[str, Any]) -> str:
    """The title that is printed above the slot, or what kind of bricks it holds."""
    return slot["title"] or str(capfirst(BrickKind(slot["kind"]).label))
