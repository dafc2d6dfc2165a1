"""Files of figures made harmless: what is kept is written anew, from what was understood of the file."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from content.rendering.refusals import Refusal

MAX_BYTES = 1_000_000  # of a file
MAX_SIDE = 10_000  # pixels
MAX_DECODED = (
    64_000_000  # bytes of pixels: what it takes to draw a picture of some four thousand pixels a side
)

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# What is needed to draw it, and its colours and resolution: no texts, no place or camera (eXIf), no frames, no profile.
_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"cHRM", b"pHYs", b"IDAT", b"IEND"})
_ONCE = _KEPT - {b"IDAT"}
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
# Adam7: where each pass begins and how far its pixels lie apart, x then y (PNG specification, 8.2)
_PASSES = ((0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2))


class FigureRefused(Refusal):
    """A file that is no harmless figure. `code`: size, format, dimensions, element, attribute, reference or nesting;
    the fact `name` is the element or attribute that is refused."""

    def __init__(self, code: str, detail: str, **facts: object) -> None:
        super().__init__(detail, code=code, **facts)
        self.code = code


@dataclass(frozen=True, slots=True)
class CleanImage:
    """A file that may be kept: `media_type` is image/svg+xml or image/png, width and height are in pixels."""

    media_type: str
    content: bytes
    width: int
    height: int


def clean_image(content: bytes) -> CleanImage:
    """The file as it may be kept; cleaning it again changes nothing. Raises FigureRefused for anything else than a PNG
    or a drawing in SVG that neither runs nor fetches anything."""
    from content.rendering.svg import clean_svg  # it raises what is declared here

    if len(content) > MAX_BYTES:
        raise FigureRefused("size", f"{len(content)} bytes")
    if content.startswith(_SIGNATURE):
        return _clean_png(content)
    cleaned, width, height = clean_svg(content)
    return CleanImage("image/svg+xml", cleaned, width, height)


def _clean_png(content: bytes) -> CleanImage:
    kept: list[tuple[bytes, bytes]] = []
    for kind, data in _chunks(content):
        if kind in _ONCE and any(kind == known for known, _ in kept):
            raise FigureRefused("format", f"two {kind.decode()}")
        if kind in _KEPT:
            kept.append((kind, data))
        elif kind[:1].isupper():
            raise FigureRefused("format", f"unknown critical chunk {kind!r}")
    if not kept or kept[0][0] != b"IHDR" or len(kept[0][1]) != 13 or kept[-1] != (b"IEND", b""):
        raise FigureRefused("format", "no PNG from IHDR to IEND")
    width, height, decoded = _dimensions(kept[0][1])
    _check_pixels(b"".join(data for kind, data in kept if kind == b"IDAT"), decoded)
    written = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in kept
    )
    return CleanImage("image/png", _SIGNATURE + written, width, height)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Up to the end that the file declares: what follows it is left out."""
    at = len(_SIGNATURE)
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        told = content[at + 8 + length : at + 12 + length]
        if len(told) < 4 or struct.unpack(">I", told)[0] != zlib.crc32(kind + data):
            raise FigureRefused("format", "a chunk is damaged")
        yield kind, data
        if kind == b"IEND":
            return
        at += 12 + length
    raise FigureRefused("format", "it ends early")


def _dimensions(header: bytes) -> tuple[int, int, int]:
    """Width and height in pixels, and how many bytes the pixels take before they are compressed."""
    width, height, depth, colour, compression, filtering, interlaced = struct.unpack(">IIBBBBB", header)
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise FigureRefused("dimensions", f"{width} × {height} pixels")
    if depth not in _DEPTHS.get(colour, ()) or compression or filtering or interlaced > 1:
        raise FigureRefused("format", "an unknown kind of PNG")
    decoded = 0
    for x, every_x, y, every_y in _PASSES if interlaced else ((0, 1, 0, 1),):
        across, down = -(-(width - x) // every_x), -(-(height - y) // every_y)
        if across > 0 and down > 0:
            decoded += down * (1 + -(-across * depth * _CHANNELS[colour] // 8))
    if decoded > MAX_DECODED:
        raise FigureRefused("dimensions", f"{decoded} bytes of pixels")
    return width, height, decoded


def _check_pixels(compressed: bytes, decoded: int) -> None:
    """Exactly as many as declared: a bomb holds more. What is not read is not unpacked."""
    reader = zlib.decompressobj()
    try:
        found = len(reader.decompress(compressed, decoded + 1))
    except zlib.error as error:
        raise FigureRefused("format", str(error)) from error
    if found != decoded:
        raise FigureRefused("format", "not as many pixels as declared")
