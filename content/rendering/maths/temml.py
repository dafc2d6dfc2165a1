"""LaTeX to MathML: Temml, in a JavaScript engine that reaches neither files nor the network.

One context per thread, made when it is first needed: QuickJS measures its stack from where it was made. One that was
made before a fork goes on working in the child, whose main thread has the same stack. Documents are rendered in the
main thread of a forked child.
"""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path

import quickjs

from .macros import MACROS
from .values import FormulaRefused

MAX_LENGTH = 5_000
MAX_OUTPUT = 400_000
MAX_EXPAND = 1_000
SECONDS = 2
MEMORY = 64 * 1024 * 1024
STACK = 512 * 1024

# What is not printed: controls but for white space, marks that turn the direction of writing, halves of surrogates.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
# Commands that make no sense on paper, number equations across formulas or carry addresses.
_REFUSED = re.compile(
    r"\\(?:ref|eqref|label|href|url|includegraphics|class|id|style|data|htmlClass|htmlId|htmlStyle|htmlData|toggle"
    r"|texttip|char|unicode|bordermatrix|phase|longdiv|angl|angln|textcircled|reflectbox|tag)(?![A-Za-z])"
)
_PLACE = re.compile(r" at (?:position (\d+)|end of input)")
_BRIDGE = """;
(function () {
  var macros = %s;
  globalThis.convert = function (latex, display) {
    try {
      return JSON.stringify({mathml: temml.renderToString(latex, {
        displayMode: display, trust: false, strict: false, throwOnError: true, wrap: "none",
        maxExpand: %d, macros: Object.assign({}, macros)})});
    } catch (error) {
      if (!(error instanceof temml.ParseError)) throw error;
      return JSON.stringify({error: String(error.message)});
    }
  };
})();
"""
_kept = threading.local()


def _context() -> quickjs.Context:
    if not hasattr(_kept, "context"):
        source = (Path(__file__).parents[1] / "vendor" / "temml" / "temml.min.js").read_text("utf-8")
        context = quickjs.Context()
        context.set_memory_limit(MEMORY)
        context.set_max_stack_size(STACK)
        context.eval(source + _BRIDGE % (json.dumps(MACROS), MAX_EXPAND))
        context.set_time_limit(SECONDS)
        _kept.context = context
    return _kept.context


def warm_up() -> None:
    """Load Temml now (15 ms), so that processes forked from this one need not."""
    _context()


def to_mathml(latex: str, *, display: bool) -> str:
    """The MathML that Temml makes of it, not yet cleaned. Raises FormulaRefused."""
    if len(latex) > MAX_LENGTH:
        raise FormulaRefused("long", f"{len(latex)} characters, of at most {MAX_LENGTH}", MAX_LENGTH)
    if found := _FORBIDDEN.search(latex):
        raise FormulaRefused("character", f"U+{ord(found[0]):04X}", found.start())
    if found := _REFUSED.search(latex):
        raise FormulaRefused("command", found[0], found.start())
    try:
        answer = json.loads(_context().get("convert")(latex, display))
    except quickjs.JSException as error:
        del _kept.context  # whatever state it was left in
        raise _broken_off(str(error)) from error
    if "error" in answer:
        raise _refusal(answer["error"], latex)
    mathml: str = answer["mathml"]
    if len(mathml) > MAX_OUTPUT:
        raise FormulaRefused("size", f"{len(mathml)} characters of MathML")
    return mathml


def _broken_off(message: str) -> FormulaRefused:
    if "interrupted" in message:
        return FormulaRefused("time", f"more than {SECONDS} s")
    if "out of memory" in message or "stack overflow" in message:
        return FormulaRefused("memory", message.splitlines()[0])
    return FormulaRefused("syntax", message.splitlines()[0])


def _refusal(message: str, latex: str) -> FormulaRefused:
    """Temml underlines what it stumbles over. A place in the body of a macro says nothing of the formula."""
    place = _PLACE.search(message)
    what = message[: place.start()].strip() if place else message.strip()
    underlined = "".join(re.findall("(.)\u0332", message, re.DOTALL))
    position = 0
    if place:
        position = int(place[1]) - 1 if place[1] else len(latex)
        if not latex.startswith(underlined, position):
            position = max(0, latex.find(underlined))
    if "Too many expansions" in what:
        return FormulaRefused("expansion", what, position)
    if named := re.search(r"(?:Unsupported function name: |Function \")(\\[A-Za-z@*]+|\\.)", what):
        return FormulaRefused("command", named[1], position)
    return FormulaRefused("syntax", what.split("\n")[0], min(position, len(latex)))
