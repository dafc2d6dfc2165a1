"""The site's own pages below accounts/; the library's follow them."""

from django.urls import path

from .views import devices, invitations, pages

urlpatterns = [
    path("", pages.account, name="account_home"),
    path("data/", pages.my_data, name="account_my_data"),
    path("language/", pages.set_language, name="account_language"),
    path("sessions/", devices.devices, name="usersessions_list"),
    path("invitation/<str:key>/", invitations.InvitationView.as_view(), name="accept_invitation"),
]
