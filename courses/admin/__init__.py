"""The back office's doors to what is taught."""

from . import bookings, courses, exercises, lessons, quizzes, tutoring  # noqa: F401 - importing registers them
