"""Small sheets for the tests of the writers."""

import base64
import io

from pypdf import PdfReader

from content.rendering.values import Image, Part, Section, Sheet

SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40"/></svg>'
PLACEHOLDERS = (
    "title",
    "subject",
    "level",
    "student_name",
    "teacher_name",
    "date",
    "duration",
    "seed",
    "page",
    "pages",
)


def image(svg=SQUARE):
    return Image("image/svg+xml", base64.b64encode(svg.encode()).decode())


def part(body="Calcule $x + 1$.", **changes):
    return Part(**{"title": "Une somme", "kind": "EXERCISE", "language": "fr", "body": body, **changes})


def sheet(*parts, values=None, **changes):
    """A student's sheet in French of one titled section with these parts."""
    return Sheet(
        **{
            "variant": "STUDENT",
            "document_type": "WORKSHEET",
            "language": "fr",
            "title": "Fiche : sommes",
            "rendered_at": "2026-11-22T00:00:00+00:00",
            "sections": (Section("Je m’entraîne", parts or (part(),)),),
            "placeholders": PLACEHOLDERS,
            "values": {
                "subject": "Mathématiques",
                "level": "Quatrième",
                "student_name": "",
                "date": "2026-11-22",
                "duration": "75",
                "seed": "42",
                **(values or {}),
            },
            "images": {"carre": image()},
            **changes,
        }
    )


def reader(pdf):
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf):
    """The words of all pages."""
    return "\n".join(page.extract_text() for page in reader(pdf).pages)


def elements_of(pdf):
    """The structure elements of a tagged PDF, as dictionaries, in the order of the document."""
    found = []

    def walk(node):
        node = node.get_object()
        if isinstance(node, list):
            for kid in node:
                walk(kid)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append(node)
            if "/K" in node:
                walk(node["/K"])

    walk(reader(pdf).trailer["/Root"]["/StructTreeRoot"]["/K"])
    return found
