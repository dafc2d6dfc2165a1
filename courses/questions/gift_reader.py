"""GIFT, the text format of Moodle: https://docs.moodle.org/en/GIFT_format.

What the format leaves open is read as the reference parser GIFT-grammar-PEG.js does, whose files and answers the
tests hold. In one place the two disagree: of the feedbacks of a true-or-false question the reference takes the first
for "true"; Moodle takes it for the wrong answer. A question under the heading that Moodle writes
(`// question: 12  name: …`), as this project does too, is read as Moodle means it.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from . import model
from .gift_answers import answers_of
from .gift_blocks import CATEGORY, Block, blocks_of
from .gift_text import find, text_of, unescape
from .model import BadItem, Category, Question, Skipped, shorten

Item = Question | Category | Skipped

BLANK = "_____"
MOODLE_HEADING = re.compile(r"question:\s*\d+\s+name:")
ANNOTATION = re.compile(r"\[exercise:(\{.*\})\]")
# Neither looks past another opening, so that a comment of nothing but openings takes no longer than any other.
_ID = re.compile(r"\[id:([^\[\]]*)\]")
_TAG = re.compile(r"\[tag:([^\[\]]*)\]")
_COMMENT = re.compile(r"\A[ \t]*//[^\n]*")


def read_gift(text: str) -> list[Item]:
    """What there is in the file, in its order; what cannot be read is among it as `Skipped`."""
    items: list[Item] = []
    category: Category | None = None
    for block in blocks_of(text):
        item = _item(block)
        if isinstance(item, Category):
            category = item
        elif isinstance(item, Question):
            item = replace(item, category=category)
        items.append(item)
    return items


def _item(block: Block) -> Item:
    raw = block.text.strip()
    if raw.startswith(CATEGORY):
        named = _last(_ID, block.comments)
        return Category(unescape(raw[len(CATEGORY) :].strip()), block.line, idnumber=named or "")
    try:
        return _question(raw, block)
    except BadItem as error:
        return Skipped(block.line, error.kind, error.column, error.code, shorten(raw), str(error))


def _question(raw: str, block: Block) -> Question:
    title, raw = _title(raw)
    raw = _without_comment(raw)
    opened = find(raw, "{")
    about: dict[str, Any] = {
        "line": block.line,
        "title": title,
        "id": _last(_ID, block.comments),
        "tags": tuple(tag for comment in block.comments for tag in _TAG.findall(comment)),
        **_annotation(block.comments),
    }
    if opened < 0:
        stem = text_of(raw)
        if not stem.text:
            raise BadItem(_("There is a title and no question."), code="no_question", column="prompt")
        return Question(model.DESCRIPTION, stem, **about)
    closed = find(raw, "}", opened)
    if closed < 0:
        raise BadItem(_("The answers begin with { and nothing ends them."), code="unclosed_answers")
    before, answers, after = raw[:opened], _without_comment(raw[opened + 1 : closed]), raw[closed + 1 :]
    if find(after, "{") >= 0:
        raise BadItem(
            _("There are two answers in one question, or the blank line between two questions is missing."),
            code="two_answers",
        )
    stem = text_of(before)
    is_embedded = bool(after.strip())
    if is_embedded:
        stem = replace(stem, text=f"{stem.text} {BLANK} {text_of(after, stem.format).text}".lstrip())
    is_moodle = any(MOODLE_HEADING.match(comment) for comment in block.comments)
    found = answers_of(answers, stem.format, is_moodle=is_moodle)
    return Question(stem=stem, is_embedded=is_embedded, **about, **found)


def _title(raw: str) -> tuple[str | None, str]:
    if not raw.startswith("::"):
        return None, raw
    end = find(raw, "::", 2)
    if end < 0:
        raise BadItem(
            _("The title begins with :: and nothing ends it."), code="unclosed_title", column="title"
        )
    return text_of(raw[2:end]).text, raw[end + 2 :]


def _without_comment(raw: str) -> str:
    """The reference takes what follows a title or an opening brace on its line for a comment too."""
    return _COMMENT.sub("", raw)


def _last(pattern: re.Pattern[str], comments: list[str]) -> str | None:
    found = [each for comment in comments for each in pattern.findall(comment)]
    return str(found[-1]).strip() if found else None


def _annotation(comments: list[str]) -> dict[str, Any]:
    """What this project's writer has noted; a note that is not JSON any more is as good as none."""
    for comment in comments:
        noted = ANNOTATION.fullmatch(comment)
        if noted is None:
            continue
        try:
            return {"annotation": json.loads(noted[1])}
        except (ValueError, RecursionError):
            return {"lost": ("annotation",)}
    return {}
