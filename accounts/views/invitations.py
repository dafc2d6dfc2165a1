"""An invited person comes in."""

from __future__ import annotations

from allauth.account.utils import perform_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from config.base.exceptions import DomainError

from ..forms import InvitationForm
from ..models import Invitation
from ..roles import LABELS
from ..services.invitations import accept_invitation, invitation_for


@method_decorator([never_cache, sensitive_post_parameters("password1", "password2")], name="dispatch")
class InvitationView(View):
    """The page that the e-mailed link opens. Who accepts is signed in: the link has shown whose address it is."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        invitation = invitation_for(key)
        if invitation is None or invitation.status != Invitation.Status.PENDING:
            return self.refused(request, invitation)
        form = InvitationForm(invitation=invitation, initial={"full_name": invitation.full_name})
        return self.shown(request, invitation, form)

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        invitation = invitation_for(key)
        if invitation is None or invitation.status != Invitation.Status.PENDING:
            return self.refused(request, invitation)
        form = InvitationForm(request.POST, invitation=invitation)
        if not form.is_valid():
            return self.shown(request, invitation, form)
        try:
            user = accept_invitation(key=key, locale=request.LANGUAGE_CODE, **form.answers())
        except ValidationError as error:
            form.take(error)
            return self.shown(request, invitation, form)
        except DomainError as error:  # meanwhile: used, withdrawn, expired, or the address has an account
            return self.refused(request, None, str(error))
        return perform_login(request, user)

    def shown(self, request: HttpRequest, invitation: Invitation, form: InvitationForm) -> HttpResponse:
        role = LABELS.get(invitation.role.code, invitation.role)
        content = {"invitation": invitation, "role": role, "form": form}
        return render(request, "account/invitation.html", content)

    def refused(self, request: HttpRequest, invitation: Invitation | None, reason: str = "") -> HttpResponse:
        """410: there may have been something here, and there will not be again."""
        content = {"status": invitation.status if invitation is not None else "", "reason": reason}
        return render(request, "account/invitation_over.html", content, status=410)
