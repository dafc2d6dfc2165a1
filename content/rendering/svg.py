"""Drawings in SVG, rebuilt from closed lists of elements and attributes."""

from __future__ import annotations

import math
import re
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape, quoteattr

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from content.rendering.images import MAX_SIDE, FigureRefused

MAX_ELEMENTS = 20_000  # drawn, each time it is used
MAX_DEPTH = 40

_SVG = "http://www.w3.org/2000/svg"
# what browsers and engines draw; other namespaces are programs' own notes
_DRAWN = {"", f"{{{_SVG}", "{http://www.w3.org/1999/xhtml", "{http://www.w3.org/1998/Math/MathML"}
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_TEXTS = frozenset({"title", "desc", "text", "tspan"})
_ELEMENTS = _TEXTS | _names(
    "svg g defs symbol use path rect circle ellipse line polyline polygon "
    "linearGradient radialGradient stop clipPath mask pattern marker"
)
_LEFT_OUT = frozenset({"metadata"})
_STYLES = _names(
    "fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin "
    "stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color visibility display clip-path clip-rule mask "
    "marker-start marker-mid marker-end stop-color stop-opacity font-family font-size font-style font-weight "
    "text-anchor dominant-baseline letter-spacing word-spacing text-decoration paint-order"
)
_ATTRIBUTES = _STYLES | _names(
    "id transform d x y x1 y1 x2 y2 dx dy cx cy r rx ry fx fy width height points viewBox preserveAspectRatio "
    "offset gradientUnits gradientTransform spreadMethod clipPathUnits maskUnits maskContentUnits patternUnits "
    "patternContentUnits patternTransform markerWidth markerHeight markerUnits refX refY orient rotate textLength "
    "lengthAdjust"
)
_ID = re.compile(r"[A-Za-z_][\w.-]{0,99}\Z", re.ASCII)
_REFERENCE = re.compile(r"url\(\s*['\"]?#([A-Za-z_][\w.-]{0,99})['\"]?\s*\)", re.ASCII)
# what a value may not hold once its references to the drawing itself are taken out: style sheets' ways to escape
_FORBIDDEN = re.compile(r"[\\@<>;{}]|url\s*\(|expression\s*\(|javascript:|data:|//|/\*", re.IGNORECASE)
_LENGTH = re.compile(r"\s*(\d{1,6}(?:\.\d{1,9})?)(px|pt|mm|cm|in|pc|)\s*\Z", re.ASCII)
_PIXELS = {"": 1, "px": 1, "pt": 96 / 72, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96}
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?", re.ASCII)


def clean_svg(content: bytes) -> tuple[bytes, int, int]:
    """The drawing rebuilt, and its width and height in pixels. Raises FigureRefused."""
    try:
        root = fromstring(content, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise FigureRefused("format", f"no XML: {type(error).__name__}") from error
    if root.tag != f"{{{_SVG}}}svg":
        raise FigureRefused("format", "no SVG")
    _check_nesting(root)
    drawn = _rebuilt(root)
    if drawn is None:
        raise FigureRefused("format", "nothing to draw")
    _check_references(drawn)
    width, height = _size(drawn)
    drawn.set("xmlns", _SVG)
    return _written(drawn).encode(), width, height


def _check_nesting(root: Element) -> None:
    level, depth, count = [root], 0, 0
    while level:
        depth, count = depth + 1, count + len(level)
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            raise FigureRefused("nesting", f"{count} elements, {depth} levels")
        level = [child for element in level for child in element]


def _rebuilt(element: Element) -> Element | None:
    """The element as it may be kept; nothing of what programs note for themselves in names of their own."""
    namespace, _, name = str(element.tag).rpartition("}")
    if namespace != f"{{{_SVG}" or name not in _ELEMENTS:
        if name in _LEFT_OUT or namespace not in _DRAWN:
            return None
        raise FigureRefused("element", name, name=name[:50])
    kept = Element(name, _attributes(name, element))
    for child in element:
        rebuilt = _rebuilt(child)
        if rebuilt is not None:
            kept.append(rebuilt)
            rebuilt.tail = child.tail if name in _TEXTS else None
    kept.text = element.text if name in _TEXTS else None
    return kept


def _attributes(name: str, element: Element) -> dict[str, str]:
    """Those of the list, and the declarations of `style` as attributes, which they win over (CSS 2.1, 6.4.4)."""
    kept: dict[str, str] = {}
    for key, value in element.attrib.items():
        if key.lower().startswith("on"):
            raise FigureRefused("attribute", key, name=key[:50])
        if key in ("href", _XLINK_HREF):
            kept["href"] = _target(value)
        elif key in _ATTRIBUTES:
            kept[key] = _value(key, value)
    for declaration in element.get("style", "").split(";"):
        key, _, value = declaration.partition(":")
        key, value = key.strip().lower(), _value(key.strip(), value.replace("!important", ""))
        if key in _STYLES:
            kept[key] = value
    if "href" in kept and name not in ("use", "linearGradient", "radialGradient", "pattern"):
        raise FigureRefused("attribute", f"href of {name}", name="href")
    return kept


def _target(value: str) -> str:
    value = value.strip()
    if value[:1] != "#" or not _ID.match(value[1:]):
        raise FigureRefused("reference", "outside of the drawing", name="href")
    return value


def _value(key: str, value: str) -> str:
    value = value.strip()
    if _FORBIDDEN.search(_REFERENCE.sub("", value)) or any(
        ord(sign) < 32 and not sign.isspace() for sign in value
    ):
        raise FigureRefused("attribute", f"{key}: {value[:80]!r}", name=key[:50])
    if key == "id" and not _ID.match(value):
        raise FigureRefused("attribute", f"id {value[:80]!r}", name="id")
    return _REFERENCE.sub(r"url(#\1)", value)


def _referred(element: Element) -> list[str]:
    """The ids that drawing this element draws as well."""
    found = [match[1] for value in element.attrib.values() for match in _REFERENCE.finditer(value)]
    return [*found, element.attrib["href"][1:]] if "href" in element.attrib else found


def _check_references(root: Element) -> None:
    """No circle, and not a few elements that are drawn a billion times."""
    known = {element.attrib["id"]: element for element in root.iter() if "id" in element.attrib}
    costs: dict[str, int | None] = {}

    def cost(element: Element) -> int:
        total = 1 + sum(cost(child) for child in element)
        for name in _referred(element):
            if name in known:
                total += cost_of(name)
        return min(total, MAX_ELEMENTS + 1)

    def cost_of(name: str) -> int:
        if name not in costs:
            costs[name] = None
            costs[name] = cost(known[name])
        found = costs[name]
        if found is None:
            raise FigureRefused("nesting", f"{name} is drawn within itself")
        return found

    try:
        if cost(root) > MAX_ELEMENTS:
            raise FigureRefused("nesting", "too many elements are drawn")
    except RecursionError as error:
        raise FigureRefused("nesting", "references to references") from error


def _size(root: Element) -> tuple[int, int]:
    """In pixels: what it says, else its viewBox. It gets a viewBox, so that it can be scaled."""
    lengths = [_LENGTH.match(root.attrib.get(side, "")) for side in ("width", "height")]
    box = [float(number) for number in _NUMBER.findall(root.attrib.get("viewBox", ""))]
    if "viewBox" in root.attrib and (len(box) != 4 or not all(map(math.isfinite, box))):
        raise FigureRefused("dimensions", "viewBox")
    if lengths[0] and lengths[1]:
        width, height = (float(found[1]) * _PIXELS[found[2]] for found in lengths if found)
    elif box:
        width, height = box[2:]
    else:
        raise FigureRefused("dimensions", "neither width and height nor viewBox")
    if not (0.5 <= width <= MAX_SIDE and 0.5 <= height <= MAX_SIDE) or (box and min(box[2:]) <= 0):
        raise FigureRefused("dimensions", f"{width} × {height} pixels")
    root.set("width", f"{width:g}")
    root.set("height", f"{height:g}")
    if not box:
        root.set("viewBox", f"0 0 {width:g} {height:g}")
    return max(1, round(width)), max(1, round(height))


def _written(element: Element) -> str:
    """As XML, attributes in the order of their names: the same drawing is the same bytes."""
    name = element.tag
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in sorted(element.attrib.items()))
    inside = escape(element.text or "") + "".join(
        _written(child) + escape(child.tail or "") for child in element
    )
    return f"<{name}{attributes}>{inside}</{name}>" if inside else f"<{name}{attributes}/>"
