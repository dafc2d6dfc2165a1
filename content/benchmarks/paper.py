"""A document of ten pages to measure with: French prose, 30 formulas, 7 tables, a figure; no two are the same."""

from __future__ import annotations

import base64

from ..rendering.values import Image, Part, Section, Sheet

CHAPTERS = 8
TABLES = 7

#: Four for each of six chapters, three for each of the last two; NUMBER makes each another one in each document.
FORMULAS = (
    r"$$A = \frac{3}{4} + \frac{5}{NUMBER} \times \left(\frac{2}{3}\right)^2$$",
    r"$$\sqrt{72} + NUMBER\sqrt{8} = \left(6 + 2 \times NUMBER\right)\sqrt{2}$$",
    r"$$\begin{cases} 3x + 2y = NUMBER \\ 5x - y = 5 \end{cases}$$",
    r"$$\overrightarrow{AB} + NUMBER\,\overrightarrow{BC} = \begin{pmatrix} 3 \\ -1 \end{pmatrix}$$",
    r"$$S = \left]-\infty\,;-\frac{NUMBER}{2}\right] \cup \left]3{,}5\,;+\infty\right[$$",
    r"$$\begin{array}{c|ccccc} x & -2 & & NUMBER & & 9999 \\ \hline f'(x) & & - & 0 & + & \\ \hline"
    r" f(x) & 5 & \searrow & -4 & \nearrow & 5 \\ \end{array}$$",
    r"$$\widehat{ABC} \approx NUMBER^\circ \quad\text{et}\quad \cos\widehat{ABC} = \frac{AB}{BC}$$",
    r"$$\sum_{k=1}^{n} k^2 = \frac{n(n + 1)(2n + 1)}{6} + \binom{n}{NUMBER}$$",
    r"$$\boxed{f'(x) = \frac{(x - 1)(x + NUMBER)}{(x + 1)^2}}$$",
    r"$$\int_0^{NUMBER} x\,\mathrm{e}^x\,\mathrm{d}x = \left[x\,\mathrm{e}^x - \mathrm{e}^x\right]_0^{NUMBER}$$",
)
PROSE = (
    "On considère la situation numéro NUMBER : un jardinier partage une parcelle en bandes de même largeur, et note "
    "chaque jour ce qu’il récolte. « Combien faudra-t-il de jours ? » demande sa voisine ; il répond que tout dépend "
    "de la pluie, et qu’il vaut mieux compter *avant* de promettre. "
)
TABLE = """| Jour | Récolte (kg) | Part |
|---|---:|:-:|
| lundi | 12,5 | un quart |
| mardi | NUMBER | un tiers |
| mercredi | 8,75 | un sixième |
| jeudi | 9 | un quart |
"""
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="240" viewBox="0 0 400 240">'
    b'<polygon points="40,200 340,200 340,40" fill="none" stroke="#1f2937" stroke-width="2"/>'
    b'<text x="26" y="214" font-family="Inter" font-size="15">A</text>'
    b'<text x="350" y="214" font-family="Inter" font-size="15">B</text>'
    b'<text x="350" y="40" font-family="Inter" font-size="15">C</text></svg>'
)


def ten_pages(number: int) -> Sheet:
    """The document of this number, as its teacher's copy: ten pages in the layout that there is today."""
    parts = tuple(_chapter(number, at) for at in range(CHAPTERS))
    return Sheet(
        variant="TEACHER",
        document_type="WORKSHEET",
        language="fr",
        title=f"Document {number}",
        rendered_at="2026-09-01T00:00:00+00:00",
        sections=(Section("Ce qu’il faut savoir", parts[:4]), Section("Je m’entraîne", parts[4:])),
        placeholders=("title", "subject", "level", "date", "page", "pages"),
        values={
            "title": f"Document {number}",
            "subject": "Mathématiques",
            "level": "Seconde",
            "date": "1ᵉʳ septembre 2026",
        },
        images={"triangle": Image("image/svg+xml", base64.b64encode(SVG).decode())},
    )


def _chapter(number: int, at: int) -> Part:
    own = str(2 + number * CHAPTERS + at)
    formulas = [FORMULAS[(4 * at + turn) % len(FORMULAS)] for turn in range(4 if at < 6 else 3)]
    pieces = [PROSE, formulas[0], PROSE, formulas[1]]
    if at < TABLES:
        pieces.append(TABLE)
    if not at:
        pieces.append(
            "![Un triangle rectangle en B, dont les sommets sont nommés A, B et C.](figure:triangle)"
        )
    body = "\n\n".join([*pieces, "1. Vérifie le résultat.\n2. Justifie chaque étape.\n3. Conclus."])
    answer = "\n\n".join([PROSE * 2, *formulas[2:], PROSE])
    kind = "THEORY" if at < 4 else "EXERCISE"
    return Part(
        f"Situation {own}",
        kind,
        "fr",
        body.replace("NUMBER", own),
        answer.replace("NUMBER", own),
        "Banc d’essai",
    )
