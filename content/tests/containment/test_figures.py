"""A figure's file is kept as it was understood, or refused with its reason."""

import io
import struct
import zlib

import pytest
from PIL import Image

from content.rendering.images import FigureRefused, clean_image

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10">%s</svg>'


def clean_svg(inside):
    return clean_image((SVG % inside).encode()).content.decode()


def png(mode="RGB", size=(4, 3), **options):
    written = io.BytesIO()
    Image.new(mode, size).save(written, "PNG", **options)
    return written.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_header(width, height):
    content = png()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return content[:8] + chunk(b"IHDR", header) + content[33:]


DRAWING = """<?xml version="1.0"?><!-- drawn by hand -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
  width="40mm" height="20mm" viewBox="0 0 40 20" inkscape:version="1.3" class="big">
<metadata><x xmlns="urn:y"/></metadata>
<defs><linearGradient id="g"><stop offset="0" style="stop-color:#fff"/></linearGradient></defs>
<g style="fill:none; stroke:#000; -inkscape-x:1"><path d="M0 0L10 10" fill="red" onfocusable="" /></g>
<rect width="4" height="3" fill="url('#g')"/>
<text x="1" y="2" font-family="Inter">a &lt; <tspan>b</tspan> &amp; c</text>
</svg>"""


def test_a_drawing_is_rebuilt_with_what_draws_it():
    found = clean_image(DRAWING.replace('onfocusable="" ', "").encode())

    assert (found.media_type, found.width, found.height) == ("image/svg+xml", 151, 76)
    assert found.content.decode() == (
        '<svg height="75.5906" viewBox="0 0 40 20" width="151.181" xmlns="http://www.w3.org/2000/svg">'
        '<defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/></linearGradient></defs>'
        '<g fill="none" stroke="#000"><path d="M0 0L10 10" fill="red"/></g>'
        '<rect fill="url(#g)" height="3" width="4"/>'
        '<text font-family="Inter" x="1" y="2">a &lt; <tspan>b</tspan> &amp; c</text></svg>'
    )
    assert clean_image(found.content) == found


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<script>alert(1)</script>", "element"),
        ("<style>@import 'http://x'</style>", "element"),
        ("<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>x</p></foreignObject>", "element"),
        ("<image href='http://x/y.png'/>", "element"),
        ("<a href='http://x'><path d='M0 0'/></a>", "element"),
        ("<animate attributeName='href' values='javascript:alert(1)'/>", "element"),
        ("<set attributeName='onclick' to='alert(1)'/>", "element"),
        ("<filter id='f'><feImage href='http://x'/></filter>", "element"),
        ("<iframe xmlns='http://www.w3.org/1999/xhtml' src='http://x'/>", "element"),
        ("<path d='M0 0' onclick='alert(1)'/>", "attribute"),
        ("<path d='M0 0' ONLOAD='alert(1)'/>", "attribute"),
        ("<use href='http://x/y.svg#a'/>", "reference"),
        ("<use xlink:href='data:image/svg+xml;base64,AAAA'/>", "reference"),
        ("<use xlink:href='file:///etc/passwd#a'/>", "reference"),
        ("<path fill='url(http://x/y.svg#a)' d='M0 0'/>", "attribute"),
        ("<path style='fill:url(//x/y)' d='M0 0'/>", "attribute"),
        ("<path style='background:url(http://x)' d='M0 0'/>", "attribute"),
        ("<path style='fill:u\\72l(http://x)' d='M0 0'/>", "attribute"),
        ("<path fill='expression(alert(1))' d='M0 0'/>", "attribute"),
        ("<path href='#a' d='M0 0'/>", "attribute"),
        ("<g id='a\"&gt;&lt;script&gt;'/>", "attribute"),
        ("<g id='a'><use href='#a'/></g>", "nesting"),
        ("<g>" * 50 + "</g>" * 50, "nesting"),
        ("<g/>" * 20_001, "nesting"),
        ("<g id='a0'><path d='M0 0'/></g>" + "".join(
            f"<g id='a{n}'>" + f"<use href='#a{n - 1}'/>" * 10 + "</g>" for n in range(1, 12)
        ), "nesting"),
        ("<pattern id='p'><rect fill='url(#p)'/></pattern>", "nesting"),
        ("&undeclared;", "format"),
        ("<g>", "format"),
    ],
)  # fmt: skip
def test_a_drawing_that_could_do_more_than_be_seen_is_refused(inside, code):
    with pytest.raises(FigureRefused) as caught:
        clean_svg(inside)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>',
        b'<!DOCTYPE svg [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>',
        b'<!DOCTYPE svg SYSTEM "http://x/y.dtd"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
        b'<svg viewBox="0 0 1 1"/>',
        b"<html><svg/></html>",
        b"",
        b"GIF89a",
        "<svg/>".encode("utf-16"),
        b'<?xml version="1.0" encoding="utf-7"?><svg/>',
    ],
)
def test_what_is_no_plain_drawing_is_refused(content):
    with pytest.raises(FigureRefused) as caught:
        clean_image(content)
    assert caught.value.code == "format"


@pytest.mark.parametrize("box", ["0 0 0 0", "0 0 1e9 1", "a b c d", "0 0 1", "0 0 -1 5"])
def test_a_drawing_without_a_size_is_refused(box):
    with pytest.raises(FigureRefused) as caught:
        clean_image(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"/>'.encode())
    assert caught.value.code == "dimensions"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_picture_keeps_its_pixels_and_nothing_else(mode):
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("Author", "somebody")
    content = png(mode, (37, 11), pnginfo=notes, dpi=(300, 300)) + b"<script>alert(1)</script>"
    found = clean_image(content)

    assert (found.media_type, found.width, found.height) == ("image/png", 37, 11)
    assert b"somebody" not in found.content and b"script" not in found.content
    before, after = (Image.open(io.BytesIO(each)) for each in (content, found.content))
    assert before.tobytes() == after.tobytes() and before.mode == after.mode
    assert after.info["dpi"] == before.info["dpi"]
    assert clean_image(found.content) == found


def test_an_interlaced_picture_has_as_many_bytes_as_its_passes():
    header = struct.pack(">IIBBBBB", 3, 3, 8, 0, 0, 0, 1)
    rows = [
        (1, 1),
        (1, 1),
        (1, 2),
        (2, 1),
        (1, 3),
    ]  # down and across of the passes that are not empty, for 3 × 3
    passes = b"".join(b"\0" * (down * (1 + across)) for down, across in rows)
    content = png()[:8] + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(passes)) + chunk(b"IEND", b"")

    assert Image.open(io.BytesIO(content)).convert("RGB").size == (3, 3)
    assert clean_image(content).width == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (with_header(20_000, 1), "dimensions"),
        (with_header(9_000, 9_000), "dimensions"),
        (with_header(0, 3), "dimensions"),
        (with_header(4, 30), "format"),  # fewer pixels than declared
        (with_header(4, 2), "format"),  # more
        (png()[:-4], "format"),
        (png()[:40], "format"),
        (png().replace(b"IDAT", b"IDAU"), "format"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), "format"),
        (png()[:33] + png()[8:], "format"),
        (png()[:-12] + chunk(b"EVIL", b"") + png()[-12:], "format"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 1_000_000, "size"),
    ],
)
def test_a_picture_that_is_not_what_it_says_is_refused(content, code):
    with pytest.raises(FigureRefused) as caught:
        clean_image(content)
    assert caught.value.code == code


def test_a_bomb_is_not_unpacked():
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 10, 10, 8, 0, 0, 0, 0))
    bomb = chunk(b"IDAT", zlib.compress(b"\0" * 300_000_000, 9))
    with pytest.raises(FigureRefused) as caught:
        clean_image(png()[:8] + header + bomb + chunk(b"IEND", b""))
    assert caught.value.code == "format"
