"""A small sheet with one of everything, as both writers write it. To write the goldens again after a change that is
meant: `GOLDENS=write python -m pytest content/tests/rendering/test_goldens.py`, then read the difference."""

import os
from pathlib import Path

import pytest

from content.rendering.html import stylesheet
from content.rendering.sheet import Printing
from content.rendering.typst_writer import layout
from content.rendering.values import Section

from .sheets import part, sheet

GOLDENS = Path(__file__).with_name("goldens")
BODY = """Un *mot*, un **autre** : « bien » !

## À toi

3. Lis ~~vite~~ `x ; y`
   - [la règle](https://exemple.fr/a:b)
   - à 10:30\\
     ou plus tard
4. Écris

> Une citation ; « la voici »

| pronom | verbe |
|---|--:|
| je | suis |
| tu | |

```
print("a ; b")
```

---

![Un carré noir](figure:carre){width=30%}
"""


def everything():
    return sheet(
        variant="TEACHER",
        document_type="EXAM",
        values={"teacher_name": 'Zoé \\ "Martin" #x'},
        sections=(
            Section("Première partie", (part(BODY, source="Programme 2025", answer="- oui\n\n- non"),)),
            Section(
                "", (part("Key point; no spaces.", kind="SUMMARY", language="en", title="Key"), part("Fin."))
            ),
        ),
    )


def typst():
    written = Printing(everything()).source()
    assert written.startswith(layout())
    return written.removeprefix(layout())


def html():
    return Printing(everything()).html().replace(stylesheet(formulas=False), "")


@pytest.mark.parametrize(("name", "write"), [("sheet.typ", typst), ("sheet.html", html)])
def test_both_writers_write_what_was_looked_at(name, write):
    golden = GOLDENS / name
    written = write()
    if os.environ.get("GOLDENS") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(written, encoding="utf-8")
    assert written == golden.read_text(encoding="utf-8")
