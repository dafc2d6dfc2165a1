"""Why a document could not be made, in words for whoever asked for it: what happened, and what to do about it."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .rendering.contained import RenderFailed
from .rendering.limits import LIMITS, MEBIBYTE

#: A document's texts stand in each of its copies, which are rendered by one job.
COPIES = 2


def describe(failure: RenderFailed) -> str:
    """One or two sentences in the current language, plain text."""
    if failure.code == "refused":
        return _refused(failure.facts)
    if failure.code == "time":
        told = _(
            "Typesetting took longer than %(seconds)d seconds and was stopped. "
            "Ask for fewer bricks, or shorten the longest of them."
        )
        return told % {"seconds": LIMITS.wall}
    if failure.code == "memory":
        return _(
            "Typesetting needed too much memory and was stopped. "
            "Ask for fewer bricks, or simplify the largest table or figure."
        )
    if failure.code == "size":
        told = _("The document is too large: its texts hold %(megabytes)d MB at most. Ask for fewer bricks.")
        return told % {"megabytes": LIMITS.text // COPIES // MEBIBYTE}
    return _("Typesetting failed unexpectedly. Try again; if it fails again, tell the administrators.")


def _refused(facts: dict[str, Any]) -> str:
    """What is wrong, and where."""
    return _("%(where)s: %(what)s") % {"where": _where(facts), "what": _what(facts)}


def _what(facts: dict[str, Any]) -> str:
    told = {
        "text": _("the text is too long or nested too deeply. Shorten it, or split the brick."),
        "formula": _("a formula cannot be typeset. Correct it in the brick."),
        "figure": _("the figure “%(name)s” is missing or cannot be drawn. Correct it in the brick."),
        "glyph": _("a character has no shape in the document's fonts. Replace it in the brick."),
    }
    name = {"name": facts.get("name", "?")}
    kind = "formula" if facts.get("kind") == "FormulaRefused" else str(facts.get("code"))
    return told.get(kind, _("it cannot be typeset as it is written. Correct it in the brick.")) % name


def _where(facts: dict[str, Any]) -> str:
    """As far as it is known: « Pythagore », answer, line 3."""
    fields = {"answer": _("answer"), "body": _("body"), "title": _("title"), "source": _("source")}
    parts = [
        _("“%(title)s”") % {"title": facts["part"]} if facts.get("part") else "",
        fields.get(str(facts.get("field")), ""),
        _("line %(line)d") % {"line": facts["line"]} if facts.get("line") else "",
    ]
    return capfirst(", ".join(part for part in parts if part)) or _("The document")
