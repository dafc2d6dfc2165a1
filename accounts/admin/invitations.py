"""Invitations in the back office: sent, sent again and withdrawn, never edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from config.base.admin import BaseAdmin, ReadOnlyAdmin, do_for_each
from config.base.admin.forms import LockedModelForm

from ..models import Invitation
from ..services import invite, resend_invitation, withdraw_invitation
from ..services.invitations import invitation_errors


class InviteForm(LockedModelForm):
    """Whom to invite; judged as the service judges it, so that every field's error shows at once."""

    inviter: Any = None

    class Meta:
        model = Invitation
        fields = ("email", "full_name", "role", "locale")

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.instance.pk is not None:
            return
        for name, errors in invitation_errors(self.instance, self.inviter).items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, errors)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "mail"
    menu_order = 15
    form = InviteForm
    search_fields = ("email", "full_name")
    list_display = ("email", "full_name", "role", "status", "expires_at", "created_at")
    list_select_related = ("role__group",)
    sortable_by = ("email", "expires_at", "created_at")
    list_filter = ("role",)
    ordering = ("-created_at",)
    actions = ("resend_selected", "withdraw_selected")
    readonly_fields = ("expires_at", "accepted_at", "accepted_by", "withdrawn_at")
    fieldsets = (
        (None, {"fields": ("email", "full_name", "role", "locale")}),
        (_("What became of it"), {"fields": ("expires_at", "accepted_at", "accepted_by", "withdrawn_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "full_name", "role", "locale")}),)

    @display(
        description=_("state"),
        label={"PENDING": "info", "ACCEPTED": "success", "WITHDRAWN": "danger", "EXPIRED": "warning"},
    )
    def status(self, invitation: Invitation) -> tuple[str, str]:
        return invitation.status.value, str(invitation.status.label)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.add_invitation")

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        """Who may change invitations may withdraw them."""
        return request.user.has_perm("accounts.change_invitation")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.add_fieldsets if obj is None else super().get_fieldsets(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"inviter": request.user})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The service saves, and the page goes on with the row that it made."""
        sent = invite(
            inviter=request.user,  # type: ignore[arg-type]
            email=obj.email,
            full_name=obj.full_name,
            role=obj.role,
            locale=obj.locale,
            site=request.build_absolute_uri("/"),
        )
        obj.__dict__.update(sent.__dict__)

    @admin.action(description=_("Send selected invitations again"), permissions=["add"])
    def resend_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Each gets a new link, good from now on; the older ones are worthless."""
        site = request.build_absolute_uri("/")
        rows = queryset.select_related("role__group")
        inviter: Any = request.user
        do_for_each(
            self,
            request,
            rows,
            lambda row: resend_invitation(inviter=inviter, invitation=row, site=site),
        )

    @admin.action(description=_("Withdraw selected invitations"), permissions=["withdraw"])
    def withdraw_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Their links are worthless at once."""
        do_for_each(self, request, queryset, lambda row: withdraw_invitation(invitation=row))
