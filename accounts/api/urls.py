"""The addresses below /api/v1/accounts/."""

from django.urls import path

from config.base.api.routers import BaseRouter

from . import invitations, tokens, views

router = BaseRouter("accounts")
router.register("users", views.UserViewSet)
router.register("student-profiles", views.StudentProfileViewSet)
router.register("parent-profiles", views.ParentProfileViewSet)
router.register("guardianships", views.GuardianshipViewSet)
router.register("teacher-profiles", views.TeacherProfileViewSet)
router.register("admin-profiles", views.AdminProfileViewSet)
router.register("blocked-email-domains", views.BlockedEmailDomainViewSet)
router.register("roles", views.RoleViewSet)
router.register("user-activities", views.UserActivityViewSet)
router.register("invitations", invitations.InvitationViewSet)

urlpatterns = [
    path("login/", tokens.LoginView.as_view(), name="accounts-login"),
    path("logout/", tokens.LogoutView.as_view(), name="accounts-logout"),
    path("tokens/", tokens.TokensView.as_view(), name="accounts-token-list"),
    path("tokens/<str:key>/", tokens.TokenView.as_view(), name="accounts-token-detail"),
    path(
        "invitations/accept/", invitations.AcceptInvitationView.as_view(), name="accounts-invitation-accept"
    ),
    *router.urls,
]
