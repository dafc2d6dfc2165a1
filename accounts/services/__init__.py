"""The only writers beyond plain create, update and delete: one function per intention."""

from .access import create_token, end_all_access, end_session, revoke_token, sign_out_everywhere
from .activity import record_activity
from .lockout import unlock, unlock_passwords
from .roles import synchronise_roles
from .users import (
    activate_user,
    change_password,
    deactivate_user,
    register,
    register_user,
    reset_password,
    set_password,
)

__all__ = [
    "activate_user",
    "change_password",
    "create_token",
    "deactivate_user",
    "end_all_access",
    "end_session",
    "record_activity",
    "register",
    "register_user",
    "reset_password",
    "revoke_token",
    "set_password",
    "sign_out_everywhere",
    "synchronise_roles",
    "unlock",
    "unlock_passwords",
]
