"""This app's part of `/api/v1/me/`.

What one learns from is registered by the app above, where something is done with it.
"""

from django.urls import path

from config.base.api.routers import PersonalRouter

from . import me_bookings, me_calendar, me_sessions

router = PersonalRouter()
router.register("tutoring-sessions", me_sessions.MySessionViewSet)
router.register("free-slots", me_sessions.MyFreeSlotViewSet, basename="me-freeslot")
router.register("formulas", me_sessions.MyFormulaViewSet)
router.register("bookings", me_bookings.MyBookingViewSet)

urlpatterns = [
    path("calendar/", me_calendar.MyCalendarView.as_view(), name="me-calendar"),
    path("calendar/rotate/", me_calendar.MyNewCalendarView.as_view(), name="me-calendar-rotate"),
    *router.urls,
]
