"""The last word on the HTML of a sheet: what is not on these lists does not leave."""

from __future__ import annotations

import nh3


def names(words: str) -> set[str]:
    return set(words.split())


HTML = names(
    "main header footer section article div span h1 h2 h3 h4 h5 h6 p br hr ul ol li blockquote pre "
    "code em strong s a table thead tbody tr th td figure img"
)
MATHML = names(
    "math semantics mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle merror mpadded mphantom "
    "menclose msub msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd"
)
MATHML_ATTRIBUTES = names(
    "display displaystyle scriptlevel mathvariant mathsize mathcolor mathbackground stretchy "
    "symmetric fence separator form largeop movablelimits accent accentunder lspace rspace minsize "
    "maxsize linethickness width height depth voffset notation columnalign rowalign columnspacing "
    "rowspacing columnlines rowlines frame framespacing columnspan rowspan class style alttext dir "
    "rowlabel"
)
ATTRIBUTES = {
    **dict.fromkeys(MATHML, MATHML_ATTRIBUTES),
    "a": {"href"},
    "img": {"alt", "src", "width"},
    "ol": {"start"},
    "th": {"scope", "class"},
    **{tag: {"class", "lang"} for tag in ("div", "span", "p", "article", "td")},
}
#: What Temml's inline styles say; no address fits into any of them.
STYLES = names(
    "padding padding-left padding-right padding-top padding-bottom margin margin-left margin-right "
    "border border-top border-bottom border-left border-right text-align color background-color width "
    "height font-family font-style font-weight font-variant math-depth math-shift math-style display "
    "vertical-align position top left line-height letter-spacing font-size min-width white-space"
)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        return value if value.startswith(("data:image/svg+xml;base64,", "data:image/png;base64,")) else None
    if tag == "a" and name == "href":
        return value if value.startswith(("http://", "https://", "mailto:")) else None
    if name == "style" and "url" in value.lower():
        return None
    return value


def clean(fragment: str) -> str:
    """`fragment` with nothing in it that runs, fetches or frames."""
    return nh3.clean(
        fragment,
        tags=HTML | MATHML,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer",
        filter_style_properties=STYLES,
    )
