"""The back office's doors to people."""

from . import (  # noqa: F401 - importing registers them
    activity,
    factors,
    groups,
    invitations,
    lockouts,
    profiles,
    sessions,
    users,
)
