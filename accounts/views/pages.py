"""The first page, a person's own account, and their language."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as set_language_cookie

from ..home import parts_for
from ..models import User
from ..models.user import Locale
from ..roles import GROUP_NAMES, LABELS


def home(request: HttpRequest) -> HttpResponseRedirect:
    """Strangers to sign-in, staff to the back office, everybody else to their account."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    return redirect("admin:index" if request.user.is_staff else "account_home")


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Speak this language from now on: in this browser, and wherever somebody signed in comes from."""
    chosen = request.POST.get("language", "")
    user: Any = request.user
    if user.is_authenticated and chosen in Locale.values and user.locale != chosen:
        user.locale = chosen
        user.save(update_fields=["locale"])
    return set_language_cookie(request)


@login_required
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """What there is for me, who I am here, and the way to all that I can change."""
    user: Any = request.user
    content = {
        "roles": role_names(user),
        "has_second_factor": is_mfa_enabled(user),
        "parts": parts_for(user),
    }
    return render(request, "account/home.html", content)


@login_required
@never_cache
def my_data(request: HttpRequest) -> HttpResponse:
    """What is kept of me, and how I get it or have it erased."""
    user: Any = request.user
    return render(request, "account/my_data.html", {"roles": role_names(user)})


def role_names(user: User) -> list[str]:
    """What this person is here, in words."""
    labels = {GROUP_NAMES[code]: label for code, label in LABELS.items()}
    return [
        str(labels.get(name, name)) for name in user.groups.order_by("name").values_list("name", flat=True)
    ]
