"""The addresses below /api/v1/accounts/."""

from django.urls import path

from config.base.api.routers import BaseRouter

from . import invitations, passwords, registration, tokens, views

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
    path("register/", registration.RegisterView.as_view(), name="accounts-register"),
    path("register/confirm/", registration.ConfirmView.as_view(), name="accounts-register-confirm"),
    path("register/resend/", registration.ResendView.as_view(), name="accounts-register-resend"),
    path("password/change/", passwords.ChangePasswordView.as_view(), name="accounts-password-change"),
    path("password/reset/", passwords.ResetPasswordView.as_view(), name="accounts-password-reset"),
    path(
        "password/reset/confirm/",
        passwords.ConfirmResetView.as_view(),
        name="accounts-password-reset-confirm",
    ),
    path("login/", tokens.LoginView.as_view(), name="accounts-login"),
    path("logout/", tokens.LogoutView.as_view(), name="accounts-logout"),
    path("tokens/", tokens.TokensView.as_view(), name="accounts-token-list"),
    path("tokens/<str:key>/", tokens.TokenView.as_view(), name="accounts-token-detail"),
    path(
        "invitations/accept/", invitations.AcceptInvitationView.as_view(), name="accounts-invitation-accept"
    ),
    *router.urls,
]
