"""From the markups of Moodle to Markdown, which is what the texts of an exercise are written in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _
from markdownify import markdownify

from .model import BadItem, Text, shorten

#: A moodle text is HTML as soon as there is a tag or an entity in it; `a < b` is neither.
_HTML = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|code|dd|del|div|dl|dt|em|font|h[1-6]|hr|i|img|ins|kbd|li|ol|p|pre|q|s|"
    r"samp|small|span|strike|strong|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul|var)(?:\s[^<>]*)?/?>|<!--|&(?:#\d+|#[xX]"
    r"[0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]+);"
)
_EMBEDDED = re.compile(r"@@PLUGINFILE@@/[^\s\"'<>]*|src\s*=\s*[\"']?data:[a-z/+.-]*")
_SPECIAL = re.compile(r"[\\`*_\[\]<>$&#]")
# Neither looks past another opening, so that a text of nothing but openings takes no longer than any other.
_INLINE_TEX = re.compile(r"\\\(((?:(?!\\[()]).)+)\\\)", re.DOTALL)
_DISPLAY_TEX = re.compile(r"\\\[((?:(?!\\[\[\]]).)+)\\\]", re.DOTALL)
_MATHS = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
_BLANKS = re.compile(r"\n{3,}")
_PLAIN_BLANK = re.compile(r"(?:\\_){3,}")


def to_markdown(text: Text | None) -> str:
    """The same to a reader; maths between `\\(` and `\\)` stands between $ signs. BadItem when it shows a file."""
    if text is None:
        return ""
    if text.format == "markdown":
        return text.text
    names = _EMBEDDED.findall(text.text)
    if names:
        raise embedded_files(names)
    if text.format == "plain":
        escaped = _SPECIAL.sub(lambda found: f"\\{found[0]}", text.text)
        return _PLAIN_BLANK.sub(lambda found: found[0].replace("\\", ""), escaped)
    if text.format == "html" or _HTML.search(text.text):
        return _from_html(text.text)
    return _tex(text.text)


def to_plain(text: Text) -> str:
    """What somebody would type: an answer is compared letter by letter."""
    if text.format == "html":
        return _from_html(text.text, escape=False).replace("\\\n", "\n").strip()
    return text.text


def embedded_files(names: Iterable[str]) -> BadItem:
    """A question that shows a file asks something else without it."""
    message = _("It contains files, which are not imported: %(names)s.")
    return BadItem(
        message % {"names": shorten(", ".join(dict.fromkeys(names)))}, code="embedded_files", column="file"
    )


def _tex(text: str) -> str:
    text = _INLINE_TEX.sub(lambda found: f"${found[1].strip()}$", text)
    return _DISPLAY_TEX.sub(lambda found: f"$${found[1].strip()}$$", text)


def _from_html(html: str, *, escape: bool = True) -> str:
    """An underscore is left alone, because blanks and names are made of them; so is all that stands within maths."""
    try:
        made = markdownify(
            _tex(html),
            heading_style="ATX",
            bullets="-",
            escape_asterisks=escape,
            escape_underscores=False,
            escape_misc=False,
            newline_style="backslash",
            convert=None if escape else ["p", "br"],
        )
    except RecursionError as error:
        raise BadItem(_("Its HTML is nested too deeply."), code="nested", column="prompt") from error
    made = _MATHS.sub(lambda found: found[0].replace("\\*", "*"), made)
    return _BLANKS.sub("\n\n", made).strip()
