"""Moodle XML: https://docs.moodle.org/en/Moodle_XML_format. Parsed by defusedxml: no entity and no DTD is read."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from django.utils.translation import gettext as _

from . import model
from .markup import embedded_files
from .model import BadItem, Category, Choice, Number, Question, QuestionFileError, Skipped, Text, shorten
from .source import decode

Item = Question | Category | Skipped

_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_FORMATS = {"html": "html", "markdown": "markdown", "plain_text": "plain", "plain": "plain"}

#: What Moodle says of itself, unless somebody writes something else.
_STANDARD = {
    "Your answer is correct.",
    "Your answer is partially correct.",
    "Your answer is incorrect.",
    "Votre réponse est correcte.",
    "Votre réponse est partiellement correcte.",
    "Votre réponse est incorrecte.",
}


def read_moodle(data: bytes) -> list[Item]:
    """What there is in the file, in its order; what cannot be read is among it as `Skipped`.

    Raises QuestionFileError: `encoding`, `unsafe_xml`, `not_xml`, `not_moodle`.
    """
    root, lines = _parse(data)
    if root.tag != "quiz":
        message = _("This is not Moodle XML: it begins with <%(tag)s>, not with <quiz>.")
        raise QuestionFileError(message % {"tag": shorten(root.tag, 40)}, code="not_moodle")
    items: list[Item] = []
    category: Category | None = None
    for element in root.iterfind("question"):
        item = _item(element, lines[element])
        if isinstance(item, Category):
            category = item
        elif isinstance(item, Question):
            item = replace(item, category=category)
        items.append(item)
    return items


class _Lines(TreeBuilder):
    """Remembers on which line each element begins."""

    def __init__(self) -> None:
        super().__init__()
        self.parser: Any = None
        self.lines: dict[Element, int] = {}

    def start(self, tag: str, attrs: dict[str, str]) -> Element:  # type: ignore[override]
        element = super().start(tag, attrs)
        if tag == "question":
            self.lines[element] = self.parser.parser.CurrentLineNumber
        return element


def _parse(data: bytes) -> tuple[Element, dict[Element, int]]:
    declared = _ENCODING.search(data[:200])
    if declared is None or declared[1].lower() in (b"utf-8", b"utf8"):
        decode(data)
    builder = _Lines()
    builder.parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    try:
        builder.parser.feed(data)
        return builder.parser.close(), builder.lines
    except DefusedXmlException as error:
        message = _("The file declares entities or a document type. Such a file is not read.")
        raise QuestionFileError(message, code="unsafe_xml") from error
    except (ParseError, LookupError, ValueError) as error:
        message = _("The file is not well-formed XML: %(reason)s.") % {"reason": error}
        raise QuestionFileError(message, code="not_xml") from error


def _item(element: Element, line: int) -> Item:
    kind = (element.get("type") or "").strip() or "question"
    if kind == "category":
        return Category(_said(element, "category"), line, idnumber=_word(element, "idnumber"))
    shown = shorten(_said(element, "name") or _said(element, "questiontext"))
    try:
        return _question(element, kind, line)
    except BadItem as error:
        return Skipped(line, kind, error.column, error.code, shown, str(error))


def _question(element: Element, kind: str, line: int) -> Question:
    _refuse_files(element)
    question = Question(
        kind,
        _text(element.find("questiontext")) or Text(""),
        line=line,
        title=_said(element, "name") or None,
        general_feedback=_text(element.find("generalfeedback")),
        id=_word(element, "idnumber") or None,
        tags=tuple(_said(tag) for tag in element.iterfind("tags/tag")),
        points=_points(element),
        **{"lost": _lost(element), **_annotation(element)},
    )
    if kind == model.TRUE_FALSE:
        return _true_false(question, element)
    if kind in (model.CHOICE, model.SHORT, model.NUMERICAL):
        answers = tuple(_choice(answer, kind) for answer in element.iterfind("answer"))
        ignores_case = _word(element, "usecase") not in ("1", "true")
        is_single = _word(element, "single") in ("1", "true")
        return replace(question, choices=answers, ignores_case=ignores_case, is_single=is_single)
    if kind == model.MATCHING:
        pairs = ((_text(each) or Text(""), _said(each, "answer")) for each in element.iterfind("subquestion"))
        return replace(question, pairs=tuple(pairs))
    if kind == model.ESSAY:
        return replace(question, grader_info=_text(element.find("graderinfo")))
    return question


def _refuse_files(element: Element) -> None:
    """The files themselves; what only refers to one is refused with the question's texts."""
    names = [each.get("name") or "file" for each in element.iter("file")]
    if names:
        raise embedded_files(names)


def _flat(element: Element | None) -> str:
    return "" if element is None else "".join(element.itertext())


def _said(element: Element, path: str = "") -> str:
    """The stripped words of a part's <text>."""
    return _flat(element.find(f"{path}/text" if path else "text")).strip()


def _word(element: Element, path: str) -> str:
    return _flat(element.find(path)).strip()


def _text(element: Element | None) -> Text | None:
    """A part with its format; None when it says nothing."""
    if element is None:
        return None
    form = _FORMATS.get(element.get("format", ""), "moodle")
    text = _flat(element.find("text"))
    if form != "markdown":
        text = text.strip()
    return Text(text, form) if text else None


def _number(raw: str, column: str) -> Decimal:
    try:
        number = Decimal(raw.strip())
        if number.is_finite() and abs(number.adjusted()) <= 30:
            return number
    except InvalidOperation:
        pass
    raise BadItem(_("“%(text)s” is not a number.") % {"text": shorten(raw)}, code="number", column=column)


def _points(element: Element) -> Decimal | None:
    raw = _word(element, "defaultgrade")
    return _number(raw, "defaultgrade") if raw else None


def _choice(element: Element, kind: str) -> Choice:
    weight = _number(element.get("fraction", "0"), "answers")
    if abs(weight) > 100:
        raise BadItem(_("%(weight)s %%: a weight is from -100 to 100.") % {"weight": weight}, code="weight")
    text = _text(element) or Text("")
    number = None
    if kind == model.NUMERICAL and text.text != "*":
        middle = _number(text.text, "answers")
        tolerance = _number(_word(element, "tolerance") or "0", "answers")
        number = Number(middle - tolerance, middle + tolerance, tolerance)
    return Choice(text, weight > 0, weight, _text(element.find("feedback")), number)


def _true_false(question: Question, element: Element) -> Question:
    found = {_said(answer).lower(): answer for answer in element.iterfind("answer")}
    if set(found) != {"true", "false"}:
        raise BadItem(_("The answers are not “true” and “false”."), code="not_true_false")
    worth = {name: _number(answer.get("fraction", "0"), "answers") for name, answer in found.items()}
    if worth["true"] == worth["false"]:
        raise BadItem(_("No answer is right."), code="no_right_answer")
    return replace(
        question,
        is_true=worth["true"] > worth["false"],
        true_feedback=_text(found["true"].find("feedback")),
        false_feedback=_text(found["false"].find("feedback")),
    )


def _lost(element: Element) -> tuple[str, ...]:
    """What of the question has no place here."""
    overall = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
    said = {re.sub(r"<[^<>]*>", "", _said(element, name)).strip() for name in overall} - {""}
    found = {
        "overallfeedback": bool(said - _STANDARD),
        "hints": any(_said(hint) for hint in element.iterfind("hint")),
        "responsetemplate": bool(_said(element, "responsetemplate")),
        "attachments": _word(element, "attachments") not in ("", "0"),
        "wordlimit": bool(_word(element, "minwordlimit") or _word(element, "maxwordlimit")),
    }
    return tuple(name for name, is_lost in found.items() if is_lost)


def _annotation(element: Element) -> dict[str, Any]:
    """What this project's writer has noted; a note that is not JSON any more is as good as none."""
    noted = _word(element, "exercise")
    if not noted:
        return {}
    try:
        return {"annotation": json.loads(noted)}
    except (ValueError, RecursionError):
        return {"lost": (*_lost(element), "annotation")}
