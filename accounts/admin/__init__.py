"""The back office's doors to people."""

from . import activity, groups, invitations, profiles, sessions, users  # noqa: F401 - importing registers them
