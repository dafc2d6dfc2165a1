"""What the browser posts from the pages about people."""

from accounts.models import User

from . import factories as make

PEOPLE = "/admin/accounts/user/"
INLINES = ("student_profiles", "parent_profiles", "teacher_profiles", "admin_profiles")
EMPTY_INLINES = {f"{name}-{part}_FORMS": "0" for name in INLINES for part in ("TOTAL", "INITIAL")}


def form_of(user, **changes):
    user = User.objects.get(pk=user.pk)
    return {
        "loaded_version": user.version,
        "username": user.username,
        "email": user.email,
        "full_name": user.full_name,
        "phone": "",
        "locale": user.locale,
        "initial-locale": user.locale,
        "time_zone": user.time_zone,
        "initial-time_zone": user.time_zone,
        **({"is_staff": "on"} if user.is_staff else {}),
        **({"is_superuser": "on"} if user.is_superuser else {}),
        "groups": list(user.groups.values_list("pk", flat=True)),
        **EMPTY_INLINES,
        **changes,
    }


def page_of(user, view="change"):
    return f"{PEOPLE}{user.pk}/{view}/"


NEW = {
    "username": "new",
    "email": "new@example.org",
    "full_name": "New Person",
    "phone": "06 12 34 56 78",
    "locale": "fr",
    "time_zone": "Europe/Paris",
    "usable_password": "true",
    "password1": make.PASSWORD,
    "password2": make.PASSWORD,
}


def errors_of(answer):
    assert answer.status_code == 200
    return set(answer.context["adminform"].form.errors)
