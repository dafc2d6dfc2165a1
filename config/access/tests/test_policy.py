"""What no table may say, however carefully it was written anew."""

from __future__ import annotations

import re

import pytest

from accounts.roles import ADMINISTRATOR, CONTENT_EDITOR, CRM_MANAGER, LEARNER, PARENT, SUPPORT, TEACHER
from config.access.endpoints import endpoints
from config.access.table import ALLOWED, ANONYMOUS, NOT_APPLICABLE, ROLES, SUPERUSER, declared
from config.base.rows import declared_for

STAFF = (CONTENT_EDITOR, CRM_MANAGER, SUPPORT, ADMINISTRATOR, SUPERUSER)
ROWS = {row.key: row for rows in declared().values() for row in rows}
CASES = [(endpoint, ROWS[endpoint.method, endpoint.path]) for endpoint in endpoints()]

#: What a stranger may ask for: to come in, to be let in again, what the API is like, and the calendar whose address
#: they were given, which nobody guesses.
OPEN_TO_STRANGERS = re.compile(
    r"POST /api/v1/accounts/(login|register|register/confirm|register/resend|password/reset"
    r"|password/reset/confirm|invitations/accept)/"
    r"|GET /api/(docs|schema)/"
    r"|GET /calendar/\{token\}\.ics"
    r"|(GET|POST) /accounts/(login|signup|password/reset|password/reset/key/\{uidb36\}-\{key\}|login/code/confirm"
    r"|2fa/authenticate|confirm-email/\{key\}|invitation/\{key\}|invitations?/.*)/"
    r"|GET /accounts/(inactive|confirm-email|password/reset/done|password/reset/key/done)/"
    r"|POST /(accounts/logout|accounts/language|admin/login|admin/logout|i18n/setlang)/"
)
#: And who is no staff, once signed in: their own, below `me` and `documents`, and the site's pages.
OPEN_TO_ALL = re.compile(
    r"\w+ /api/v1/me/.*"
    r"|POST /api/v1/accounts/(logout|password/change)/"
    r"|(GET|DELETE) /api/v1/accounts/tokens/.*"
    r"|\w+ /api/v1/accounts/second-factor/.*"
    r"|\w+ /(accounts|documents)/.*"
)
#: What is on offer, of everybody's: it is nobody's own.
ON_OFFER = re.compile(r"/api/v1/me/(formulas|free-slots|templates)/.*")


def allowed(row, role):
    return ALLOWED in row.cells[role]


def test_strangers_are_let_in_at_these_doors_only():
    found = {str(endpoint) for endpoint, row in CASES if allowed(row, ANONYMOUS)}
    assert {each for each in found if not OPEN_TO_STRANGERS.fullmatch(each)} == set()


@pytest.mark.parametrize("role", [LEARNER, PARENT])
def test_who_is_no_staff_is_let_in_to_what_is_their_own(role):
    found = {str(endpoint) for endpoint, row in CASES if allowed(row, role)}
    assert {
        each for each in found if not OPEN_TO_STRANGERS.fullmatch(each) and not OPEN_TO_ALL.fullmatch(each)
    } == set()


@pytest.mark.parametrize("role", [LEARNER, PARENT, TEACHER])
def test_below_me_nobody_gets_what_is_somebody_elses(role):
    found = [
        str(row)
        for endpoint, row in CASES
        if endpoint.path.startswith(("/api/v1/me/", "/documents/"))
        and not ON_OFFER.fullmatch(endpoint.path)
        and row.letter(role, "other") == ALLOWED
    ]
    assert found == []


def test_a_teacher_gets_only_their_own_rows_where_rows_are_somebodys():
    rows = [
        row
        for endpoint, row in CASES
        if endpoint.model is not None
        and declared_for(endpoint.model) is not None
        and not ON_OFFER.fullmatch(endpoint.path)
    ]
    assert len(rows) > 200
    assert [str(row) for row in rows if row.letter(TEACHER, "other") == ALLOWED] == []


def test_nobody_is_allowed_anything_with_what_does_not_exist():
    nothing_to_restore = re.compile(r"/undo/\{deletion_id\}/$")  # says so, and does nothing
    found = [
        str(row)
        for row in ROWS.values()
        for role in ROLES
        if row.letter(role, "none") == ALLOWED and not nothing_to_restore.search(row.path)
    ]
    assert found == []


def test_groups_are_changed_by_superusers_only():
    found = {
        role
        for endpoint, row in CASES
        if endpoint.path.startswith("/admin/auth/group/") and endpoint.method != "GET"
        for role in ROLES
        if allowed(row, role)
    }
    assert found == {SUPERUSER}


def test_what_a_service_owns_is_changed_in_no_form():
    """Actions are the services' own doors, and the form by which somebody is invited."""
    owned = [
        row
        for endpoint, row in CASES
        if getattr(endpoint.view, "owned_by_a_service", False)
        and endpoint.method == "POST"
        and endpoint.action in ("add", "change", "delete", "version")
        and endpoint.path != "/admin/accounts/invitation/add/"
    ]
    assert len(owned) > 40
    assert [str(row) for row in owned if any(allowed(row, role) for role in ROLES)] == []


@pytest.mark.parametrize("role", STAFF)
def test_staff_have_no_rows_of_their_own(role):
    """Whatever a role may do with a row, it may do with every row of that kind."""
    found = [
        str(row)
        for endpoint, row in CASES
        if NOT_APPLICABLE not in row.cells[role][:2]
        and row.letter(role, "own") != row.letter(role, "other")
        and not re.match(r"/api/v1/(me/|accounts/tokens/)", endpoint.path)
    ]
    assert found == []


def test_every_role_has_a_letter_for_every_endpoint_and_method():
    assert {(endpoint.method, endpoint.path) for endpoint, _row in CASES} == set(ROWS)
    assert all(
        set(row.cells) == set(ROLES) and row.cells[role] != "---" for row in ROWS.values() for role in ROLES
    )
