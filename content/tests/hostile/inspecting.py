"""What a document must never hold, looked for in the files themselves."""

from __future__ import annotations

import io
import re
import secrets
import socket
from html.parser import HTMLParser

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

ADDRESS = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
INLINE = re.compile(r"data:image/(svg\+xml|png);base64,[A-Za-z0-9+/=]*\Z")
FONT = re.compile(r'url\("data:font/woff2;base64,[A-Za-z0-9+/=]*"\)')
#: What a PDF does by itself, or carries along.
ACTIVE = {
    *("/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles"),
    *("/AA", "/OpenAction", "/SubmitForm", "/GoToR"),
}
ELEMENTS = """
    html head meta title style body main header footer section article div span h1 h2 h3 h4 h5 h6 p br hr ul ol li
    blockquote pre code em strong s a table thead tbody tr th td figure img
    math semantics mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle merror mpadded mphantom menclose msub msup
    msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd
"""
TAGS = frozenset(re.findall(r"\w+", ELEMENTS))


class Page(HTMLParser):
    """Reads a page as a browser would, and notes the text and what is wrong."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.texts: list[str] = []
        self.attributes: list[str] = []
        self.codes: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        if tag == "code":
            self.codes.append("")
        if tag not in TAGS:
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            value = value or ""
            self.attributes.append(value)
            fine = {
                "href": tag == "a" and ADDRESS.match(value),
                "src": tag == "img" and INLINE.match(value),
                "style": not re.search(
                    r"url|expression|@|\\|position:\s*(fixed|sticky)", value, re.IGNORECASE
                ),
                "http-equiv": False,
            }.get(
                name,
                not name.startswith("on") and name not in ("srcdoc", "action", "data", "xlink:href", "id"),
            )
            if not fine:
                self.wrong.append(f"<{tag} {name}={value[:80]!r}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            if re.search(r"url\s*\(|@import", FONT.sub("", data)):
                self.wrong.append("style that fetches")
            return
        self.texts.append(data)
        if "code" in self.open:
            self.codes[-1] += data

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"comment {data[:50]!r}")

    def handle_pi(self, data: str) -> None:
        self.wrong.append(f"instruction {data[:50]!r}")

    @property
    def text(self) -> str:
        return "".join(self.texts)


class Pdf:
    """Reads a PDF once: its text, the streams unpacked, and whatever acts, fetches or is attached."""

    def __init__(self, pdf: bytes) -> None:
        reader = PdfReader(io.BytesIO(pdf))
        self.wrong: list[str] = []
        self.streams = [pdf]
        for number in sorted({*reader.xref.get(0, {}), *reader.xref_objStm} - {0}):
            value = reader.get_object(IndirectObject(number, 0, reader))
            if isinstance(value, StreamObject):
                self.streams.append(value.get_data())
            self._look(value)
        self.text = "\n".join(page.extract_text() for page in reader.pages)

    def _look(self, value: object) -> None:
        if isinstance(value, DictionaryObject):
            self.wrong += sorted(ACTIVE & set(value))
            if value.get("/S") in ACTIVE or value.get("/Type") == "/EmbeddedFile":
                self.wrong.append(str(value.get("/S") or value.get("/Type")))
            if "/URI" in value and not ADDRESS.match(str(value["/URI"])):
                self.wrong.append(str(value["/URI"]))
            for inner in value.values():
                self._look(inner)
        elif isinstance(value, ArrayObject):
            for inner in value:
                self._look(inner)

    def holds(self, secret: str) -> bool:
        return secret in self.text or any(secret.encode() in stream for stream in self.streams)


def letters(text: str) -> str:
    """Only its Latin letters and digits: what no typography and no break of a line changes."""
    return re.sub(r"[^A-Za-z0-9]", "", text)


class Trap:
    """A file that nobody may read and a listener that nobody may call."""

    def __init__(self, folder) -> None:
        self.secret = secrets.token_hex(16)
        self.path = folder / "canary"
        self.path.write_text(self.secret)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]

    def arm(self, payload: str) -> str:
        """With the true path and port in it."""
        return payload.replace("CANARY", str(self.path)).replace("PORT", str(self.port))

    def was_called(self) -> bool:
        try:
            self.listener.accept()[0].close()
        except BlockingIOError:
            return False
        return True
