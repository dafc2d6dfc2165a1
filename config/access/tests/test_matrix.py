"""Every cell of the access matrix, asked by a real request: each role at each address and method, for a row of their
own, for somebody else's and for one that does not exist.

After a change that is meant, WRITE_ACCESS_MATRIX=1 writes the tables anew, and fails to say so. Read the difference
line by line: a letter too many is somebody who sees what is not theirs.
"""

from __future__ import annotations

import json
import os

import pytest

from accounts.roles import LEARNER, PARENT, TEACHER
from config.access.endpoints import endpoints
from config.access.table import NOTHING, ROLES, Row, gone, rows_of, undeclared, write

from .asking import ask

pytestmark = pytest.mark.django_db

WRITING = "WRITE_ACCESS_MATRIX" in os.environ
APPS = sorted({endpoint.app for endpoint in endpoints()})


#: The pages of the admin are two thirds of it all and take minutes: they are asked on PostgreSQL only.
HALVES = [False, pytest.param(True, marks=pytest.mark.postgresql)]


def of_app(app, in_admin=None):
    return [
        endpoint for endpoint in endpoints() if endpoint.app == app and in_admin in (None, endpoint.in_admin)
    ]


def test_every_endpoint_has_a_row_and_every_row_an_endpoint():
    assert ([str(each) for each in undeclared()], [str(each) for each in gone()]) == ([], [])


@pytest.mark.skipif(WRITING, reason="the tables are being written")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("in_admin", HALVES, ids=lambda in_admin: "admin" if in_admin else "api")
def test_a_role_gets_what_the_table_says(in_admin, app, role, world):
    rows = rows_of(app)
    told_apart = []
    wrong = []
    for endpoint in of_app(app, in_admin):
        asked = ask(world, role, endpoint)
        declared = rows[endpoint.method, endpoint.path].cells[role]
        if asked.letters != declared:
            wrong.append(f"{asked.letters} instead of {declared}: {endpoint}")
        if role in (LEARNER, PARENT, TEACHER) and asked.letters[1:] == NOTHING * 2:
            told_apart += _differences(asked)
    assert not wrong
    assert not told_apart


def _differences(asked):
    """What tells somebody else's row from one that does not exist, although both are nothing there."""
    other, none = (
        (answer.status_code, *_without_address(answer))
        for answer in (asked.answers["other"], asked.answers["none"])
    )
    return [] if other == none else [(str(asked.endpoint), other, none)]


def _without_address(answer):
    text = answer.content.decode()
    if answer["Content-Type"] == "application/problem+json":
        body = json.loads(text)
        assert body.pop("instance") in answer.asked
        text = json.dumps(body)
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in ("Set-Cookie", "Content-Length", "Date", "Expires", "Last-Modified")
    }
    return text.replace(answer.asked, ""), headers


@pytest.mark.skipif(not WRITING, reason="set WRITE_ACCESS_MATRIX=1 to write the tables anew")
@pytest.mark.parametrize("app", APPS)
def test_write_the_table_anew(app, world):
    before = set(map(str, rows_of(app).values()))
    rows = [
        Row(each.method, each.path, {role: ask(world, role, each).letters for role in ROLES})
        for each in of_app(app)
    ]
    write(app, rows)
    pytest.fail(f"{app}: {len(set(map(str, rows)) - before)} lines are other than before; read them.")
