"""The forms of the site's pages: the library's, saying what they take, and sign-up as the service wants it."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as library
from allauth.account.adapter import get_adapter
from allauth.account.internal import flows
from allauth.core import context
from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .models import BlockedEmailDomain, Invitation, User
from .roles import LABELS, LEARNER
from .services.registration import OPEN_ROLES, sign_up, sign_up_errors

#: Argument of the service → field of the form.
FIELDS = {"password": "password1", "password_confirmation": "password2"}
TEL = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})


def _password_hint() -> str:
    return gettext("12 characters or more: a few words that do not belong together, for instance.")


password_hint = lazy(_password_hint, str)


def take_errors(form: forms.Form, errors: dict[str, Any]) -> None:
    """Show what a service refuses, each at its field; a field that has refused by itself has said enough."""
    for name, refusals in errors.items():
        field = FIELDS.get(name, name)
        if field not in form.errors:
            form.add_error(field if field in form.fields else None, refusals)


class NewPassword:
    """Mixin: one line instead of the list of all rules; whatever is wrong is said then."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = password_hint()
        self.fields["password2"].label = _("The same password again")


class LoginForm(library.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address or user name")
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignupForm(NewPassword, library.SignupForm):  # type: ignore[misc]
    """Somebody registers themselves; every field's error comes at once, and never that an address is known."""

    field_order = ["full_name", "email", "phone", "role", "password1", "password2"]

    full_name = forms.CharField(
        label=_("Full name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        widget=TEL,
        help_text=_("For example 06 12 34 56 78, or +44 20 7946 0018 from abroad."),
    )
    role = forms.ChoiceField(
        label=_("I am"),
        choices=[(code, LABELS[code]) for code in OPEN_ROLES],
        widget=forms.RadioSelect,
    )

    def clean_email(self) -> str:
        """Not the library's: it looks the address up here, and the service does."""
        return self.cleaned_data["email"]

    def clean(self) -> dict[str, Any]:
        take_errors(self, sign_up_errors(**self._typed()))
        return self.cleaned_data

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """The new person, or the answer that somebody with a new address would get; their owner gets a mail."""
        user = sign_up(**self._typed())
        if user is None:
            return None, flows.signup.prevent_enumeration(request, email=self.cleaned_data["email"])
        return user, None

    def _typed(self) -> dict[str, str]:
        """The service's arguments; what a field has refused already is empty."""
        names = ("email", "full_name", "phone", "role", "password", "password_confirmation")
        return {name: self.cleaned_data.get(FIELDS.get(name, name)) or "" for name in names}


class AddEmailForm(library.AddEmailForm):  # type: ignore[misc]
    """The address that a person changes to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail address")

    def clean_email(self) -> str:
        email: str = super().clean_email()
        if BlockedEmailDomain.objects.blocks(email):
            raise ValidationError(
                gettext("Addresses of this domain are not accepted. Use another address."),
                code="blocked_domain",
            )
        return email


class ChangePasswordForm(NewPassword, library.ChangePasswordForm):  # type: ignore[misc]
    def clean_oldpassword(self) -> str:
        """Asked as a sign-in is: whoever finds somebody's browser open guesses no more often than a stranger."""
        typed: str = self.cleaned_data["oldpassword"]
        if authenticate(context.request, username=self.user.username, password=typed) != self.user:
            raise get_adapter().validation_error("enter_current_password")
        return typed


class SetPasswordForm(NewPassword, library.SetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKeyForm(NewPassword, library.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class InvitationForm(forms.Form):
    """What an invited person says of themselves; the address and the role are the invitation's."""

    full_name = forms.CharField(
        label=_("Full name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(label=_("Phone"), required=False, widget=TEL)
    password1 = library.PasswordField(
        label=_("Password"), autocomplete="new-password", help_text=password_hint()
    )
    password2 = library.PasswordField(label=_("The same password again"), autocomplete="new-password")

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation

    def answers(self) -> dict[str, Any]:
        """Arguments of `accept_invitation`."""
        return {
            "full_name": self.cleaned_data.get("full_name") or "",
            "password": self.cleaned_data.get("password1") or "",
            "phone": self.cleaned_data.get("phone") or None,
        }

    def clean(self) -> dict[str, Any]:
        """The same rules as for somebody who registers themselves, all at once."""
        errors = sign_up_errors(
            **self.answers(),
            email=self.invitation.email,
            password_confirmation=self.cleaned_data.get("password2") or "",
            role=LEARNER,
        )
        self.take(ValidationError(errors) if errors else None)
        return self.cleaned_data

    def take(self, error: ValidationError | None) -> None:
        """Show what a service refuses, each at its field."""
        take_errors(self, error.error_dict if error is not None else {})
