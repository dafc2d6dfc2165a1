"""Markdown in pages: `{% load markdown %} … {{ text|markdown }}`."""

from __future__ import annotations

import nh3
from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()

#: What a text may become. No pictures: they would be fetched from anywhere by whoever reads.
TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}

_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@register.filter(is_safe=True)
def markdown(text: str | None) -> SafeString:
    """The text as HTML: raw HTML in it is shown, not obeyed, and what is left is sanitised. None is an empty text."""
    found = _parser.render(text or "")
    # Sanitised by nh3, with the tags and attributes above and no others.
    return mark_safe(
        nh3.clean(
            found,
            tags=TAGS,
            attributes=ATTRIBUTES,
            url_schemes=SCHEMES,
            link_rel="noopener noreferrer nofollow",
        )
    )
