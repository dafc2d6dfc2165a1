"""`python -m crm.benchmarks.memory FILE LINES DATABASE`: import it in a scratch place, print the peak in bytes.

A process of its own, for a process never tells the peak of a part of its life. LINES are those of the file; 0 imports
nothing.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path


def main(path: Path, lines: int, using: str) -> int:
    """The peak of the resident memory in bytes."""
    import django

    django.setup()
    from .files import import_once
    from .place import crm_place
    from .rows import LINES_A_CUSTOMER, fill_parents

    with crm_place(using) as (connection, _folder):
        if lines:
            fill_parents(lines // LINES_A_CUSTOMER)
            import_once(path, connection)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])))
