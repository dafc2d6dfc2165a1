"""The only writers beyond plain create, update and delete: one function per intention."""

from .access import create_token, end_all_access, end_session, revoke_token
from .activity import record_activity
from .privacy import erase_person, export_person
from .roles import synchronise_roles
from .users import activate_user, deactivate_user, register, register_user, set_password

__all__ = [
    "activate_user",
    "create_token",
    "deactivate_user",
    "end_all_access",
    "end_session",
    "erase_person",
    "export_person",
    "record_activity",
    "register",
    "register_user",
    "revoke_token",
    "set_password",
    "synchronise_roles",
]
