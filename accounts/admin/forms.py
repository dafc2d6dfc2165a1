"""Forms about people that know who is filling them in."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold import forms as unfold_forms

from ..models import BlockedEmailDomain, User
from ..privileges import refused_grants
from ..services import set_password


class GuardedForm:
    """Refuses what its `actor`, set by the admin for each request, may not give."""

    actor: Any = None

    def clean(self) -> Any:
        cleaned = super().clean()  # type: ignore[misc]
        target = self.instance if self.instance.pk else None  # type: ignore[attr-defined]
        for name, message in refused_grants(self.actor, target, self.cleaned_data).items():  # type: ignore[attr-defined]
            self.add_error(name if name in self.fields else None, message)  # type: ignore[attr-defined]
        return cleaned


class NewUserForm(GuardedForm, unfold_forms.UserCreationForm):
    """A new person with a password, or without one until they are given it."""

    class Meta:
        model = User
        fields = ("username", "email", "full_name")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if BlockedEmailDomain.objects.blocks(email):
            message = _("Addresses of this domain are not accepted. Use another address.")
            raise ValidationError(message, code="blocked_domain")
        return email


class UserForm(GuardedForm, unfold_forms.UserChangeForm):
    """A person, without the password: that has a form of its own."""

    class Meta:
        model = User
        fields = "__all__"


class PasswordForm(unfold_forms.AdminPasswordChangeForm):
    """A new password for somebody; what was signed in with the old one is signed out."""

    def save(self, commit: bool = True) -> User:
        if not self.cleaned_data["set_usable_password"]:
            return set_password(user=self.user, password=None)
        return set_password(user=self.user, password=self.cleaned_data["password1"])
