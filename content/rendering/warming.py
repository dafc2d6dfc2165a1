"""What the process that jobs are forked from does beforehand, so that none of them has to.

A sheet is written in both forms, up to what Typst is given: patterns are compiled, files read, fonts listed, and the
interpreter has seen the code at work (a twentieth of a document's processor time, measured). Typst itself may not run
here: the pool of threads that it starts does not survive a fork.
"""

from __future__ import annotations

from .maths import convert
from .outline import tree_of
from .sheet import Printing, fonts
from .values import Part, Section, Sheet

BODY = r"""
Un texte avec *une* **forme**, `code`, [un lien](https://example.org)
et $\dfrac{a}{b} + \sqrt{x^2} \in \left]0\,;1\right]$ :

1. une question ;
2. une autre, « citée ».

| $x$ | $f(x)$ |
|---|---|
| $3{,}5$ | $\vec{u} \cdot \overrightarrow{AB}$ |

$$\begin{cases} 3x + 2y = 16 \\ 5x - y = 5 \end{cases} \qquad
\begin{array}{c|cc} x & 0 & +\infty \\ \hline f & & \nearrow \end{array}$$

> Une citation.
"""


def warm_up() -> None:
    """Write a sheet, and forget it: nothing of it reaches a document."""
    part = Part(
        title="Un exercice", kind="EXERCISE", language="fr", body=BODY, answer=BODY, source="Une source"
    )
    printing = Printing(
        Sheet(
            variant="TEACHER",
            document_type="WORKSHEET",
            language="fr",
            title="Une fiche",
            rendered_at="2030-01-01T00:00:00+00:00",
            sections=(Section("Une partie", (part,)),),
            placeholders=("title", "date", "page", "pages"),
            values={"title": "Une fiche", "date": "2030-01-01"},
        )
    )
    printing.html()
    printing.source()
    fonts()
    convert.cache_clear()
    tree_of.cache_clear()
