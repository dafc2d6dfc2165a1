"""What each role may do with customers."""

from __future__ import annotations

import pytest

from accounts.roles import ADMINISTRATOR, CRM_MANAGER, GROUP_NAMES, SUPPORT, declared_permissions
from crm.roles import DONE_BY_SERVICES, KEPT, OWNED, UNDOABLE


def of(role):
    return {name.removeprefix("crm.") for name in declared_permissions()[role] if name.startswith("crm.")}


@pytest.mark.parametrize("role", [CRM_MANAGER, ADMINISTRATOR])
def test_who_keeps_the_customers_does_everything_that_is_theirs(role):
    rights = of(role)
    assert {f"{action}_{model}" for action in ("view", "add", "change", "delete") for model in KEPT} <= rights
    assert {f"view_{model}" for model in OWNED} <= rights
    others = (
        rights
        - {f"view_{model}" for model in OWNED}
        - {f"{action}_{model}" for action in ("view", "add", "change", "delete") for model in KEPT}
    )
    services = {f"add_{model}" for model in DONE_BY_SERVICES} | {f"change_{model}" for model in UNDOABLE}
    assert others == {"change_audititem", "delete_clientmasterprofile"} | services


def test_support_sees_customers_orders_and_contacts():
    assert of(SUPPORT) == {f"view_{model}" for model in KEPT}


def test_nobody_else_sees_any_customer():
    assert all(not of(role) for role in GROUP_NAMES if role not in (CRM_MANAGER, ADMINISTRATOR, SUPPORT))


@pytest.mark.django_db
def test_every_permission_of_a_role_exists():
    from django.contrib.auth.models import Permission

    known = {f"{each.content_type.app_label}.{each.codename}" for each in Permission.objects.select_related()}
    assert {f"crm.{right}" for role in GROUP_NAMES for right in of(role)} <= known
