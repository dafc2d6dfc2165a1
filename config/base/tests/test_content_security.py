"""The content security policy: strict everywhere, and the pages keep to it."""

from __future__ import annotations

import re

import pytest

from .api_helpers import endpoints
from .helpers import make

pytestmark = pytest.mark.django_db


def policy(answer):
    rules = (rule.strip().split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split(";"))
    return {name: value.split() for name, value in rules}


def set_in_place(text):
    """What a strict policy refuses: styles and scripts written into the page, and handlers in attributes."""
    scripts = [tag for tag in re.findall(r"<script[^>]*>", text) if "src=" not in tag and "json" not in tag]
    return scripts + re.findall(r"<style[^>]*>|<[a-z][^>]*\s(?:style|on[a-z]+)=[^>]*>", text)


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/api/v1/", "/api/schema/", "/nothing-here/", "/admin/"]
)
def test_every_answer_has_a_policy_that_lets_nobody_else_in(client, path):
    rules = policy(client.get(path))
    assert rules["default-src"] == ["'self'"]
    assert rules["frame-ancestors"] == rules["object-src"] == ["'none'"]
    assert rules["base-uri"] == rules["form-action"] == ["'self'"]


def test_the_preview_of_a_brick_may_bring_the_font_of_its_formulas(client):
    assert policy(client.get("/admin/"))["font-src"] == ["'self'", "data:"]


def test_only_the_admin_may_evaluate_and_only_it_and_the_docs_style_in_place(client, superuser):
    client.force_login(superuser)
    assert "'unsafe-eval'" in policy(client.get("/admin/"))["script-src"]
    assert "'unsafe-inline'" in policy(client.get("/api/docs/"))["style-src"]
    for path in ("/admin/", "/api/docs/"):
        assert "'unsafe-inline'" not in policy(client.get(path)).get("script-src", [])
    for path in ("/accounts/login/", "/api/v1/", "/api/v1/accounts/users/"):
        assert not {"script-src", "style-src"} & policy(client.get(path)).keys()


#: Between them: filters, orders and search, extra actions, nested columns, JSON, links to many.
PAGES = ("accounts-user", "courses-course", "learning-conversation", "content-contentbrick", "crm-product")


@pytest.mark.parametrize("name", PAGES)
def test_a_browsable_page_sets_nothing_in_place(client, superuser, name):
    client.force_login(superuser)
    [endpoint] = [each for each in endpoints() if each.name == name]
    row = make(endpoint.model._meta.label)
    for url in (endpoint.url, endpoint.url_of(row)):
        answer = client.get(url, headers={"Accept": "text/html"})
        assert set_in_place(answer.content.decode()) == [], url
