r"""What Temml says of a formula's grammar, in the words of whoever wrote it.

Temml speaks English. The patterns are those of its messages that a hand at the keyboard brings about; of the others it
is said only that the formula is not written as it should be. `%(one)s` and `%(two)s` are what a pattern caught.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_PATTERNS: tuple[tuple[str, Any], ...] = (
    (r"Expected '\}', got 'EOF'", gettext_lazy("a { is not closed")),
    (r"Expected '\\right', got 'EOF'", gettext_lazy("a \\left has no \\right")),
    (r"Expected '\]', got 'EOF'", gettext_lazy("a [ is not closed")),
    (r"Expected '\$', got .*", gettext_lazy("a $ stands within the formula")),
    (r"Expected 'EOF', got '\}'", gettext_lazy("a } closes nothing")),
    (r"Expected 'EOF', got '\\right'", gettext_lazy("a \\right has no \\left")),
    (r"Expected 'EOF', got '\\end'", gettext_lazy("an \\end has no \\begin")),
    (r"Expected 'EOF', got '&'", gettext_lazy("an & stands outside a table or a system")),
    (r"Expected '(.+)', got 'EOF'", gettext_lazy("“%(one)s” is missing at the end")),
    (r"Expected 'EOF', got '(.+)'", gettext_lazy("“%(one)s” cannot stand here")),
    (r"Expected '(.+)', got '(.+)'", gettext_lazy("“%(one)s” is missing before “%(two)s”")),
    (r"Unexpected end of input in a macro argument, expected '\]'", gettext_lazy("a [ is not closed")),
    (
        r"Unexpected end of input in a macro argument.*",
        gettext_lazy("a command lacks what belongs between its braces, or a { is not closed"),
    ),
    (r"Expected group as argument to '(.+)'", gettext_lazy("something is missing after “%(one)s”")),
    (r"Expected group (?:after|as) '?(.+?)'?", gettext_lazy("something is missing after “%(one)s”")),
    (r"TypeError: cannot read property 'type' of null", gettext_lazy("something is missing after ^ or _")),
    (r"Double superscript", gettext_lazy("two exponents follow each other: put braces round the first part")),
    (r"Double subscript", gettext_lazy("two indices follow each other: put braces round the first part")),
    (r"Expected & or .*", gettext_lazy("a \\begin has no \\end")),
    (r"Expected \\\\ or \\cr or .*", gettext_lazy("a \\begin has no \\end, or a line has too many &")),
    (
        r"Mismatch: \\begin\{(.*)\} matched by \\end\{(.*)\}",
        gettext_lazy("\\begin{%(one)s} is closed by \\end{%(two)s}"),
    ),
    (r"No such environment: (.+)", gettext_lazy("there is no environment “%(one)s”")),
    (r"Invalid environment name", gettext_lazy("an environment has no name")),
    (r"Invalid delimiter '(.+)' after '(.+)'", gettext_lazy("“%(one)s” is no bracket, as “%(two)s” wants")),
    (r"Missing a .*|Unmatched delimiter", gettext_lazy("a bracket is missing")),
    (r"Can't use function '(.+)' in .*", gettext_lazy("“%(one)s” cannot stand here")),
    (r"(\\\w+) without preceding (\\\w+)", gettext_lazy("“%(one)s” has no “%(two)s” before it")),
    (r"(\\\w+) valid only within array environment", gettext_lazy("“%(one)s” is for tables")),
    (
        r"only one infix operator per group",
        gettext_lazy("only one of \\over and \\choose stands between two braces"),
    ),
    (r"Limit controls must follow a math operator", gettext_lazy("\\limits follows no operator")),
    (r"Unknown column alignment: (.*)", gettext_lazy("a column is l, c or r, and not “%(one)s”")),
    (r"Expected l or c or r", gettext_lazy("a column is l, c or r")),
    (
        r"Too few columns specified in the \{array\}.*",
        gettext_lazy("the array has more columns than it says"),
    ),
    (r"Invalid color: '(.*)'", gettext_lazy("the colour “%(one)s” is not known")),
    (r"Invalid (?:size|unit): '(.*)'", gettext_lazy("“%(one)s” is no length")),
    (r"(?:Unexpected character:|Unicode text character) .*", gettext_lazy("a character is not for formulas")),
    (
        r"\{(.+)\} can be used only in display mode\.",
        gettext_lazy("“%(one)s” wants a line of its own, in $$"),
    ),
    (r"\\verb ended by .*", gettext_lazy("a \\verb is not closed")),
)


def grammar_words(detail: str) -> str:
    """Why a formula's grammar is refused, in the current language, without the full stop."""
    for pattern, words in _PATTERNS:
        if found := re.fullmatch(pattern, detail.strip()):
            caught = dict(zip(("one", "two"), found.groups(), strict=False))
            return str(words) % caught if caught else str(words)
    return _("it is not written as formulas are")


def refusal_words(code: str, detail: str) -> str:
    """Why a formula is refused (`FormulaRefused`, or what its process ended of), without the full stop."""
    told = {
        "long": _("it is too long"),
        "character": _("the character %(detail)s is not for formulas"),
        "command": _("the command %(detail)s is not known, or not allowed"),
        "expansion": _("its macros never end"),
        "time": _("it takes too long"),
        "memory": _("it takes too much memory"),
        "unsupported": _("“%(detail)s” is not printed here"),
        "dimension": _("the length %(detail)s is out of bounds"),
        "colour": _("the colour %(detail)s is not known"),
        "size": _("it is too large"),
        "typst": _("it can be shown on a page, but not printed"),
        "crash": _("typesetting breaks down on it"),
    }
    return told[code] % {"detail": detail} if code in told else grammar_words(detail)
