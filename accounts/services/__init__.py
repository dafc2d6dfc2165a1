"""The only writers beyond plain create, update and delete: one function per intention."""

from .access import (
    create_token,
    end_all_access,
    end_session,
    remove_factors,
    revoke_token,
    sign_out_everywhere,
)
from .activity import record_activity
from .invitations import (
    accept_invitation,
    invitation_for,
    invite,
    resend_invitation,
    withdraw_invitation,
)
from .lockout import unlock, unlock_passwords
from .privacy import erase_person, export_person
from .profiles import open_own_profile
from .registration import sign_up, sign_up_errors, tell_about_sign_up
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
    "accept_invitation",
    "activate_user",
    "change_password",
    "create_token",
    "deactivate_user",
    "end_all_access",
    "end_session",
    "erase_person",
    "export_person",
    "invitation_for",
    "invite",
    "open_own_profile",
    "record_activity",
    "register",
    "register_user",
    "remove_factors",
    "resend_invitation",
    "reset_password",
    "revoke_token",
    "set_password",
    "sign_out_everywhere",
    "sign_up",
    "sign_up_errors",
    "synchronise_roles",
    "tell_about_sign_up",
    "unlock",
    "unlock_passwords",
    "withdraw_invitation",
]
