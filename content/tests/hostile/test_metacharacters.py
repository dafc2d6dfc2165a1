"""Whatever signs of four languages follow each other, in whichever field."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .inspecting import Trap
from .sheets import PLAIN, check, check_literal, rendered, sheet

PIECES = [
    *"#$\\{}[]()<>\"'`*_~|^&%@!:;=+-/.,?\n\t 0aé\u00a0\u202f\u200b",
    *(
        "\\u{",
        "*/",
        "//",
        "/*",
        "]]>",
        "-->",
        "<!--",
        "&lt;",
        "&#x3c;",
        "&quot;",
        "```",
        "~~~",
        "$$",
        "\\(",
        "\\[",
    ),
    *(
        "<script>",
        "</math>",
        "onload=",
        "javascript:",
        "http://127.0.0.1:PORT/",
        "](",
        "![",
        "figure:drawing",
    ),
    *(
        "{{",
        "{%",
        "\n\n",
        "\n> ",
        "\n- ",
        '#read("CANARY")',
        '"CANARY"',
        "#import ",
        "@preview/x:1.0.0",
        "|-|\n",
    ),
    *("\\frac", "\\text{", "\\href{", "\\input", "\\end{", "\\def"),
]
SIGNS = st.sampled_from(PIECES) | st.characters(codec="utf-8", max_codepoint=0x24F)
HOSTILE = st.lists(SIGNS, max_size=25).map(lambda signs: "x" + "".join(signs))  # no title is empty


@pytest.fixture(scope="module")
def trap(tmp_path_factory):
    return Trap(tmp_path_factory.mktemp("trap"))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(payload=HOSTILE)
def test_in_a_field_that_is_printed_as_it_is(trap, payload):
    payload = trap.arm(payload)
    answer = rendered(sheet(payload, (*PLAIN, "listing")))
    if answer is not None:
        page, pdf = check(answer, trap)
        check_literal(payload, page, pdf, times=len(PLAIN) + 1)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=HOSTILE, answer=HOSTILE, alt=HOSTILE)
def test_in_markdown_with_formulas(trap, body, answer, alt):
    text = f"{trap.arm(body)}\n\n${trap.arm(answer)}$ ![{trap.arm(alt)}](figure:drawing)"
    answer = rendered(sheet(text, ("body", "answer", "alt")))
    if answer is not None:
        check(answer, trap)
