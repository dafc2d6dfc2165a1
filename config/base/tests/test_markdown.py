"""Markdown becomes HTML, and nothing that runs or fetches."""

import pytest
from django.template import Context, Template

from config.base.templatetags.markdown import markdown


def test_markdown_becomes_html():
    found = markdown(
        "# Loops\n\nA **loop** and `n += 1`:\n\n```python\nif a < b:\n```\n\n|a|b|\n|-|-|\n|1|2|"
    )
    for part in (
        "<h1>Loops</h1>",
        "<strong>loop</strong>",
        "<code>n += 1</code>",
        "if a &lt; b:",
        "<td>1</td>",
    ):
        assert part in found


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![a](https://elsewhere.example/pixel.png)",
        "[a](javascript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "<a href='javascript:alert(1)'>a</a>",
        '<p style="position:fixed" onclick="x()">a</p>',
        "<style>*{}</style>",
    ],
)
def test_nothing_runs_and_nothing_is_fetched(text):
    found = str(markdown(text))
    for part in ("<script", "<img", "<style", 'href="javascript', 'href="data', "<p style", "<p onclick"):
        assert part not in found


def test_links_lead_away_without_telling_from_where():
    found = markdown("[docs](https://docs.python.org/)")
    assert 'href="https://docs.python.org/"' in found
    assert "noopener" in found


def test_maths_stays_as_it_was_written():
    assert "$a_1 + b_1$" in markdown("$a_1 + b_1$")


def test_a_template_shows_it_unescaped_and_none_as_nothing():
    template = Template("{% load markdown %}{{ text|markdown }}")
    assert template.render(Context({"text": "*a*"})) == "<p><em>a</em></p>\n"
    assert template.render(Context({"text": None})) == ""
