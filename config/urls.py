"""Every address of the site. The API's version is in the path; an app adds one line."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.views.pages import home
from config.api_root import ApiRootView
from config.base.admin.navigation import delay_app_list
from config.base.api.routers import NothingView
from courses.views import calendar_feed

# The admin's own sign-in knows nothing of a second factor: whoever is not signed in goes to the site's page.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
delay_app_list(admin.site)

urlpatterns = [
    path("", home, name="home"),
    # One page to change one's password, with one set of rules: the site's.
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("impersonation/", include("hijack.urls")),
    path("documents/", include("content.urls")),
    path("calendar/<str:token>.ics", calendar_feed, name="calendar_feed"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", ApiRootView.as_view(), name="api-root"),
    path("api/v1/accounts/", include("accounts.api.urls")),
    path("api/v1/me/", include("accounts.api.privacy_urls")),
    path("api/v1/me/", include("accounts.api.me_urls")),
    path("api/v1/courses/", include("courses.api.urls")),
    path("api/v1/learning/", include("learning.api.urls")),
    path("api/v1/content/", include("content.api.urls")),
    path("api/v1/crm/", include("crm.api.urls")),
    path("api/v1/me/", include("accounts.api.children_urls")),
    path("api/v1/me/", include("courses.api.me_urls")),
    path("api/v1/me/", include("learning.api.me_urls")),
    path("api/v1/me/", include("content.api.me_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    # Last below api/v1/, and only with its final slash: without it CommonMiddleware still redirects.
    re_path(r"^api/v1/.*/$", NothingView.as_view(), name="api-nothing"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
]

handler500 = "config.base.api.errors.server_error"
