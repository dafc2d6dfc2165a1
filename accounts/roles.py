"""Roles in code: Django groups whose permissions are declared here and by the apps above.

An app declares what its models mean for a role in its own `roles.py`:

    grant("teacher", "courses.view_course", "courses.change_course")

After `migrate` the groups are synchronised. A group that still holds what the last synchronisation gave it
follows the code. One that was changed by hand is kept as it is, and reported.
"""

from __future__ import annotations

from collections import defaultdict

from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

LEARNER = "learner"
PARENT = "parent"
TEACHER = "teacher"
CONTENT_EDITOR = "content-editor"
CRM_MANAGER = "crm-manager"
SUPPORT = "support"
ADMINISTRATOR = "administrator"

#: Code of each role → the name of its group, and how people read it.
GROUP_NAMES = {
    LEARNER: "learner",
    PARENT: "parent",
    TEACHER: "teacher",
    CONTENT_EDITOR: "content editor",
    CRM_MANAGER: "CRM manager",
    SUPPORT: "support",
    ADMINISTRATOR: "administrator",
}
LABELS = {
    LEARNER: _("Learner"),
    PARENT: _("Parent"),
    TEACHER: _("Teacher"),
    CONTENT_EDITOR: _("Content editor"),
    CRM_MANAGER: _("CRM manager"),
    SUPPORT: _("Support"),
    ADMINISTRATOR: _("Administrator"),
}

#: What these give reaches only the rows that are a person's own (see `config.base.rows`).
OWN_ROWS_ROLES = (TEACHER,)

_granted: dict[str, set[str]] = defaultdict(set)


def grant(code: str, *permissions: str) -> None:
    """Declare that a role has these permissions, by full name; twice is once. KeyError for an unknown role."""
    if code not in GROUP_NAMES:
        raise KeyError(code)
    _granted[code].update(permissions)


def every(action: str, app_label: str, *models: str) -> list[str]:
    """The names of one permission on several models: every("view", "courses", "course", "lesson")."""
    return [f"{app_label}.{action}_{model}" for model in models]


def declared_permissions() -> dict[str, tuple[str, ...]]:
    """{role: its permissions}, as this app and every installed app's `roles.py` declare them."""
    autodiscover_modules("roles")
    return {code: tuple(sorted(_granted[code])) for code in GROUP_NAMES}


PROFILES = ("studentprofile", "parentprofile", "teacherprofile", "guardianship")

grant(TEACHER, *every("view", "accounts", "studentprofile", "teacherprofile"))
grant(CONTENT_EDITOR, *every("view", "accounts", "teacherprofile"))
grant(CRM_MANAGER, *every("view", "accounts", "user", *PROFILES))
grant(SUPPORT, *every("view", "accounts", "user", *PROFILES, "useractivity", "blockedemaildomain"))
grant(
    SUPPORT,
    *every("change", "accounts", "user", *PROFILES),
    "accounts.view_invitation",
    "accounts.add_invitation",
    "accounts.view_role",  # to choose one to invite into
    "usersessions.view_usersession",
    "auth.view_group",
)
for _action in ("view", "add", "change", "delete"):
    grant(ADMINISTRATOR, *every(_action, "accounts", "user", *PROFILES, "adminprofile", "blockedemaildomain"))
    grant(ADMINISTRATOR, *every(_action, "accounts", "invitation"))
grant(ADMINISTRATOR, *every("view", "accounts", "role", "useractivity"))
for _role in (SUPPORT, ADMINISTRATOR):
    grant(_role, "accounts.impersonate_user", "axes.view_accessattempt")
grant(
    ADMINISTRATOR,
    *every("view", "usersessions", "usersession"),
    "mfa.view_authenticator",
    "usersessions.delete_usersession",
    "auth.view_group",
)
grant(SUPPORT, "accounts.export_user")
grant(ADMINISTRATOR, "accounts.export_user", "accounts.erase_user")
