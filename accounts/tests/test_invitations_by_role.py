import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError

from accounts import services
from accounts.models import Role, User

from . import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invitation_page")]


def role(code):
    return Role.objects.get(code=code)


def invite(inviter, **values):
    return services.invite(inviter=inviter, site="https://school.example/", **values)


def test_the_roles_that_staff_may_invite_into():
    """Administrators and support invite only into roles whose rights they have themselves."""
    for code in ("administrator", "support"):
        inviter = make.StaffFactory()
        inviter.groups.add(role(code).group)
        inviter = User.objects.get(pk=inviter.pk)
        held = inviter.get_all_permissions()
        for each in Role.objects.all():
            names = {
                f"{label}.{codename}"
                for label, codename in Permission.objects.filter(group=each.group).values_list(
                    "content_type__app_label", "codename"
                )
            }
            if names <= held:
                assert invite(inviter, email=f"{code}-{each.code}@example.org", role=each).pk
            else:
                with pytest.raises(ValidationError):
                    invite(inviter, email=f"{code}-{each.code}@example.org", role=each)
