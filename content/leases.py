"""Who works on a request: whoever took it up last, for as long as signs of life come.

A worker takes a request up by a change of its row, which raises the row's version, and from then on writes only under
that version: whoever was thought dead and comes back finds that it has moved on, and leaves everything as it is. So
it needs neither a lock that is held nor a file, and workers may be on several hosts.
"""

from __future__ import annotations

from datetime import timedelta

#: Without a sign of life for so long a worker is dead. One comes between any two steps; the longest of them is the
#: rendering of a copy, which ends within a few seconds (`content.rendering.limits`).
LEASE = timedelta(minutes=1)

#: How often a request is begun before it fails: it may be the request that kills its workers.
MAX_ATTEMPTS = 3
