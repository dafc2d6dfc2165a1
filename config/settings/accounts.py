"""Settings of sign-in: user model, passwords, second factor, lockout, sessions, impersonation, phone numbers."""

from datetime import timedelta
from typing import Any

from config.settings.environment import env

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    # First: whoever is locked out is refused before any password is looked at.
    "accounts.backends.LockoutBackend",
    "accounts.backends.EmailOrUsernameBackend",
    # Rights over one row: `user.has_perm("courses.change_course", course)`.
    "accounts.backends.RowRightsBackend",
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"

# The first hashes new passwords; the others still read old ones and are replaced at the next sign-in.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
# Length, common passwords and a score, and no rule about kinds of characters (OWASP ASVS 5, 6.2.5).
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "accounts.passwords.LengthValidator", "OPTIONS": {"min_length": 12, "max_length": 128}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "email", "full_name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.StrengthValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60  # seconds

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
}
ACCOUNT_USER_DISPLAY = "accounts.adapter.display_name"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_CHANGE_EMAIL = True
# The password (or a second factor) once more before the address changes.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_USERNAME_BLACKLIST: list[str] = []
# Passwords are counted by axes alone; what is left of `login_failed` counts wrong codes of a second factor.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/h/key"}
USERSESSIONS_TRACK_ACTIVITY = False

# How long one stays signed in (OWASP ASVS 5, 7.3): `age` at all, `idle` without asking for anything. Staff for a
# working day; others, who come by telephone and see only what is theirs, for two weeks.
SESSION_LIMITS: dict[str, dict[str, timedelta]] = {
    "staff": {"age": timedelta(hours=12), "idle": timedelta(hours=1)},
    "others": {"age": timedelta(days=14), "idle": timedelta(days=2)},
}
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60  # seconds; the limits above end a session before

# Who signs in has a confirmed address; a new one, on its way, does not lock them out of changing it.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_FORMS = {
    "authenticate": "accounts.second_factor.SignInCodeForm",
    "reauthenticate": "accounts.second_factor.ConfirmCodeForm",
}
MFA_TOTP_ISSUER = env.str("TOTP_ISSUER", default="Back office")
MFA_TOTP_TOLERANCE = 1  # one step of 30 seconds before and after: telephones' clocks differ
# Staff without a second factor are sent to set one up; see accounts.middleware.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=True)

# One lockout for admin, pages and API, on the person and the address that the attempts come from.
AXES_FAILURE_LIMIT = 20
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = timedelta(hours=1)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "accounts.sign_in.lockout_name"
AXES_CLIENT_IP_CALLABLE = "accounts.sign_in.counted_address"
# Counts before the password is looked at, and keeps nothing of what was typed.
AXES_HANDLER = "accounts.lockout.LockoutHandler"
AXES_LOCKOUT_CALLABLE = "accounts.sign_in.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
# The library's own pages show addresses and allow edits; `accounts.admin` has one that shows who is locked out.
AXES_ENABLE_ADMIN = False

HIJACK_PERMISSION_CHECK = "accounts.impersonation.may_impersonate"

PHONENUMBER_DEFAULT_REGION = "FR"
PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"

# An invitation is good for this many days.
INVITATION_DAYS = 14
