"""The back office's doors to what learners do."""

from . import attempts, conversations, enrollments, progress  # noqa: F401 - importing registers them
