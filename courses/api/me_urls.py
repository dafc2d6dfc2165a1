"""This app's part of `/api/v1/me/`.

What one learns from is registered by the app above, where something is done with it.
"""

from config.base.api.routers import PersonalRouter

from . import me

router = PersonalRouter()
router.register("tutoring-sessions", me.MySessionViewSet)
router.register("bookings", me.MyBookingViewSet)

urlpatterns = router.urls
