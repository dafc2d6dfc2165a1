"""People in the back office."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.base.admin import BaseAdmin, Figure
from config.base.exceptions import DomainError

from ..models import User
from ..privileges import GUARDED_FLAGS, may_manage, may_manage_all
from ..services import activate_user, deactivate_user, register
from .access import AccessMixin
from .forms import NewUserForm, PasswordForm, UserForm
from .privacy import PersonalDataMixin
from .profiles import AdminProfileInline, ParentProfileInline, StudentProfileInline, TeacherProfileInline


@admin.register(User)
class UserAdmin(PersonalDataMixin, AccessMixin, BaseAdmin, DjangoUserAdmin):  # type: ignore[misc,type-arg]
    """Who may change people changes nobody with more rights than their own; see `privileges`."""

    icon = "person"
    menu_order = 10
    form = UserForm
    add_form = NewUserForm
    change_password_form = PasswordForm
    search_fields = ("full_name", "username", "email")
    search_help_text = _("Name, user name or e-mail address")
    list_display = ("username", "full_name", "email", "is_active", "is_staff", "is_superuser", "created_at")
    sortable_by = ("username", "full_name", "email", "created_at")
    list_filter = ("is_active", "is_staff", "is_superuser", "locale", "groups")
    ordering = ("username",)
    filter_horizontal = ()
    autocomplete_fields = ("groups",)
    readonly_fields = ("is_active", "last_login", "created_at")
    actions = (  # type: ignore[assignment]
        *(*BaseAdmin.actions, "activate_selected", "deactivate_selected", "end_access_selected"),
        *("export_selected", "erase_selected"),
    )
    inlines = (StudentProfileInline, ParentProfileInline, TeacherProfileInline, AdminProfileInline)
    fieldsets = (
        (None, {"fields": ("full_name", "email", "phone")}),
        (_("Sign-in"), {"fields": ("username", "password", "is_active", "last_login")}),
        (_("Preferences"), {"fields": ("locale", "time_zone")}),
        (_("Rights"), {"fields": ("is_staff", "is_superuser", "groups")}),
    )
    add_fieldsets = (
        (None, {"fields": ("full_name", "email", "phone")}),
        (_("Sign-in"), {"fields": ("username", "usable_password", "password1", "password2")}),
        (_("Preferences"), {"fields": ("locale", "time_zone")}),
        (_("Rights"), {"fields": ("is_staff", "is_superuser", "groups")}),
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"actor": request.user})

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Profiles follow once there is a person to have them."""
        return () if obj is None else super().get_inlines(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if request.user.is_superuser else (*fields, *GUARDED_FLAGS)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            register(user=obj, password=form.cleaned_data.get("password1") or None)

    # Rights

    def _manages(self, request: HttpRequest, obj: User | None) -> bool:
        if obj is None:
            return True
        known = request.__dict__.setdefault("manageable_people", {})
        if obj.pk not in known:
            known[obj.pk] = may_manage(request.user, obj)
        return bool(known[obj.pk])

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._manages(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._manages(request, obj)

    def has_restore_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_restore_permission(request, obj) and self._manages(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Deleting a selection lacks the right to it as soon as one person in it is out of reach."""
        tree, counts, lacking, protected = super().get_deleted_objects(objs, request)
        keys = [obj.pk for obj in objs]
        if not may_manage_all(request.user, User.all_objects.filter(pk__any_of=keys)):
            lacking = {*lacking, str(self.opts.verbose_name)}
        return tree, counts, lacking, protected

    def _checked_restore(self, request: HttpRequest, deletion_id: Any, root: Any = None) -> None:
        if not may_manage_all(request.user, User.all_objects.filter(deletion_id=deletion_id)):
            raise PermissionDenied
        super()._checked_restore(request, deletion_id, root)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Nobody in the trash gets a password. One's own is changed where the current one is asked for."""
        user = self.get_object(request, unquote(id))
        if user is not None and user.pk == request.user.pk:
            return HttpResponseRedirect(reverse("account_change_password"))
        if user is not None and user.is_deleted:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    # Actions

    @admin.action(description=_("Activate selected people"), permissions=["change"])
    def activate_selected(self, request: HttpRequest, queryset: Any) -> None:
        done = self._for_each(request, queryset.filter(is_active=False), activate_user)
        words = ngettext("%(count)d person was activated.", "%(count)d people were activated.", done)
        self.message_user(request, words % {"count": done}, messages.SUCCESS)

    @admin.action(description=_("Deactivate selected people"), permissions=["change"])
    def deactivate_selected(self, request: HttpRequest, queryset: Any) -> None:
        done = self._for_each(request, queryset.filter(is_active=True), deactivate_user)
        words = ngettext("%(count)d person was deactivated.", "%(count)d people were deactivated.", done)
        self.message_user(request, words % {"count": done}, messages.SUCCESS)

    def _for_each(self, request: HttpRequest, people: Any, service: Callable[..., User]) -> int:
        """Call the service on each; what it refuses is said, and the others go on. Returns how many were done."""
        if not may_manage_all(request.user, people):
            raise PermissionDenied
        done = 0
        for user in people:
            try:
                service(user=user)
            except DomainError as error:
                self.message_user(request, f"{user}: {error}", messages.ERROR)
            else:
                done += 1
        return done

    def figures(self, request: HttpRequest) -> list[Figure]:
        url = reverse("admin:accounts_user_changelist")
        number = self.within_reach(request, User.objects.active()).count()
        return [Figure(str(_("Active people")), number, f"{url}?is_active__exact=1", "group")]
