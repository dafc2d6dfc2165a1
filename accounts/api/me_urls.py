"""The addresses below /api/v1/me/ that this app answers."""

from django.urls import path

from . import me, sessions

urlpatterns = [
    path("", me.MeView.as_view(), name="me"),
    path("profiles/student/", me.OwnStudentProfileView.as_view(), name="me-student-profile"),
    path("profiles/parent/", me.OwnParentProfileView.as_view(), name="me-parent-profile"),
    path("profiles/teacher/", me.OwnTeacherProfileView.as_view(), name="me-teacher-profile"),
    path("profiles/staff/", me.OwnStaffProfileView.as_view(), name="me-staff-profile"),
    path("sessions/", sessions.SessionsView.as_view(), name="me-sessions"),
    path("sessions/end-others/", sessions.OtherSessionsView.as_view(), name="me-sessions-end-others"),
    path("sessions/<str:pk>/", sessions.SessionView.as_view(), name="me-session"),
    path("activities/", me.ActivitiesView.as_view(), name="me-activities"),
]
