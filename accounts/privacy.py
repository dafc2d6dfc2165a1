"""What this app, and the libraries that it builds on, hold of people; see `config.base.personal`.

The person's row stays, under a neutral name: orders, enrolments, grades and the log point at it, and every sum over
them stays what it was. Guardianships are purged: what two people are to each other is personal data of both, nobody is
the guardian of a person who is gone, and a child's next first contact finds the place free. Invitations are purged:
all they hold is an address, a name and a role. Libraries' rows (addresses, second factors, sessions, tokens, attempts
to sign in) are really deleted; the admin's log keeps its rows, without the names in them.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import Q

from config.base.mentions import MASK, Kind, Masker, proven_forms
from config.base.personal import Person, also_erase, by_object, by_user, declare, leave, nobodys

from .models import User
from .services.lockout import CODES, PASSWORDS

#: No mail is ever delivered there (RFC 2606).
ERASED_DOMAIN = "erased.invalid"

#: What a session may say of somebody else than its owner: messages, and what a sign-in in several steps remembers.
SPOKEN = frozenset(
    {
        *("_messages", "account_login", "account_verified_email", "account_email_verification_code"),
        *("account_phone_verification", "account_password_reset_verification"),
        "account_authentication_methods",
    }
)

CHOSEN_BY_CODE = "A name that the program gives."


def neutral_name(key: Any) -> str:
    """`erased-<id>`, with something behind it where somebody took that name or its address on purpose."""
    name = f"erased-{key}"
    others = User.all_objects.exclude(pk=key)
    while others.filter(Q(username=name) | Q(email__lower=f"{name}@{ERASED_DOMAIN}")).exists():
        name += "-x"
    return name


def addresses_of(person: Person) -> set[str]:
    """The e-mail addresses that are or were the person's, in lower case, and are nobody else's by now.

    Not one that they only claimed: adding somebody's address to one's own and never confirming it proves nothing.
    """
    wanted = {each.lower() for each in person.values[Kind.EMAIL]} - person.unproven
    others = User.objects.filter(email__lower__in=wanted).exclude(pk__any_of=sorted(person.users))
    return wanted - {each.lower() for each in others.values_list("email", flat=True)}


def _attempts(person: Person) -> Q:
    """Tries are counted under a number; see `services.lockout`."""
    return Q(username__in=[f"{kind}:{key}" for kind in (PASSWORDS, CODES) for key in person.users])


def _guardianships(person: Person) -> Q:
    return by_user("parent__user", "student__user")(person)


def _log_about_the_user(person: Person) -> Q:
    return Q(
        content_type__app_label="accounts",
        content_type__model="user",
        object_id__in=[str(key) for key in person.users],
    )


def _log_about_their_rows(person: Person) -> Q:
    """What the log says of any row of theirs, by whomever, and what they did themselves."""
    found = by_user("user")(person)
    for model, keys in person.keys.items():
        if keys and model is not LogEntry:
            meta = model._meta
            found |= Q(
                content_type__app_label=meta.app_label,
                content_type__model=meta.model_name,
                object_id__in=[str(key) for key in keys],
            )
    return found


# Libraries, before the person: the address that django-allauth keeps follows the neutral one.
declare(
    "account.EmailAddress",
    own=by_user("user"),
    identifies={"email": Kind.EMAIL},
    claimed=Q(verified=False),
    export=("email", "verified", "primary"),
    purge=True,
)
declare("account.EmailConfirmation", own=by_user("email_address__user"), purge=True)
declare("mfa.Authenticator", own=by_user("user"), export=("type", "created_at", "last_used_at"), purge=True)
declare(
    "usersessions.UserSession",
    own=by_user("user"),
    export=("ip", "user_agent", "created_at", "last_seen_at"),
    purge=True,
)
declare("knox.AuthToken", own=by_user("user"), export=("created", "expiry"), purge=True)
declare(
    "admin.LogEntry",
    own=_log_about_the_user,
    exported=by_user("user"),
    export=("action_time", "action_flag"),
    about=_log_about_their_rows,
    mention=("object_repr", "change_message"),
    impersonal={"object_id": "A number."},
)
for _label, _more in (
    ("axes.AccessAttempt", ("get_data", "post_data")),
    ("axes.AccessFailureLog", ()),
    ("axes.AccessLog", ()),
):
    declare(
        _label,
        own=_attempts,
        export=("attempt_time", "ip_address", "user_agent"),
        mention=("path_info", *_more),
        purge=True,
    )

declare(
    "accounts.User",
    own=lambda person: Q(pk__any_of=sorted(person.users)),
    identifies={
        "email": Kind.EMAIL,
        "full_name": Kind.NAME,
        "username": Kind.USERNAME,
        "phone": Kind.PHONE,
    },
    export=(
        *("username", "email", "full_name", "phone", "locale", "time_zone"),
        *("is_active", "is_staff", "is_superuser", "last_login"),
    ),
    blank={
        "username": lambda _stored, key: neutral_name(key),
        "email": lambda _stored, key: f"{neutral_name(key)}@{ERASED_DOMAIN}",
        "full_name": MASK,
        "phone": None,
    },
    proven=("full_name",),
    impersonal={"password": "Made unusable by `services.erase_person`.", "time_zone": "A choice of many."},
)
declare(
    "accounts.StudentProfile",
    own=by_user("user"),
    export=("level", "school", "birth_date", "learning_goals"),
    blank={"school": "", "birth_date": None, "learning_goals": ""},
    mention=("learning_goals",),
    proven=("school",),
)
declare("accounts.ParentProfile", own=by_user("user"), export=("preferred_contact",))
declare(
    "accounts.TeacherProfile",
    own=by_user("user"),
    export=(
        *("headline", "biography", "hourly_rate_amount", "hourly_rate_currency"),
        "is_accepting_students",
    ),
    blank={"headline": "", "biography": "", "hourly_rate_amount": None},
    mention=("headline", "biography"),
    impersonal={"hourly_rate_currency": "A currency."},
)
declare(
    "accounts.AdminProfile",
    own=by_user("user"),
    export=("department", "job_title"),
    blank={"department": "", "job_title": ""},
    proven=("department", "job_title"),
)
declare(
    "accounts.Guardianship",
    own=_guardianships,
    export=("relationship", "is_primary", "can_view_progress", "can_book"),
    purge=True,
)
declare(
    "accounts.Invitation",
    own=lambda person: by_user("accepted_by")(person) | Q(email__lower__in=addresses_of(person)),
    identifies={"email": Kind.EMAIL, "full_name": Kind.NAME},
    export=("email", "full_name", "locale", "expires_at", "accepted_at", "withdrawn_at"),
    blank={"email": lambda _stored, key: f"invitation-{key}@{ERASED_DOMAIN}", "full_name": ""},
    purge=True,
)
declare(
    "accounts.UserActivity",
    own=by_user("user"),
    export=("verb", "object_type", "object_id", "occurred_at", "detail"),
    about=by_object(),
    mention=("detail",),
    impersonal={"object_type": CHOSEN_BY_CODE, "request_id": "A number that the proxy gave."},
)
declare(
    "accounts.BlockedEmailDomain",
    own=nobodys,
    mention=("reason",),
    impersonal={"domain": "A domain is not a person's."},
)
leave("accounts.Role", "What staff may do, not who.")
leave("auth.Group", "What staff may do, not who.")
leave("auth.Permission", CHOSEN_BY_CODE)
leave("contenttypes.ContentType", CHOSEN_BY_CODE)
leave("base.VersionConflict", "Counts conflicts per day and model.")
leave("axes.AccessAttemptExpiration", "Falls with its attempt.")
leave("sessions.Session", "Has no column of the person: see `end_sessions`.")


@also_erase
def end_sessions(person: Person) -> None:
    """Browsers' sessions are texts that only decoding tells apart: the person's are deleted, others' go on.

    Those that are listed have been ended; this finds the ones that nobody listed, a sign-in half done and somebody who
    acts as the person. In others', only what may hold an address is looked at (`SPOKEN`), and only for
    that: no name that somebody chose reaches what says who is signed in and by what.
    """
    sought = {form for value in person.values[Kind.EMAIL] for form in proven_forms(Kind.EMAIL, value)}
    masker, own, store = (
        Masker(sought & person.proven.keys()),
        {str(key) for key in person.users},
        SessionStore(),
    )
    for session in Session.objects.all().iterator(chunk_size=500):
        data = session.get_decoded()
        if _is_theirs(data, own):
            session.delete()
            continue
        masked = {name: masker(value) if name in SPOKEN else value for name, value in data.items()}
        if masked != data:
            session.session_data = store.encode(masked)
            session.save(update_fields=["session_data"])


def _is_theirs(data: dict[str, Any], own: set[str]) -> bool:
    begun = data.get("account_login")
    half_done = {str(begun.get("user_pk"))} if SESSION_KEY not in data and isinstance(begun, dict) else set()
    acting = {str(each) for each in data.get("hijack_history", ())}
    return bool(own & ({str(data.get(SESSION_KEY))} | half_done | acting))
