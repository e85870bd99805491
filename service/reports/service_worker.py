"""The process that prints one service report: `python -m service.reports.service_worker FOLDER`.

The folder holds `facts.json` and the photos; `report.pdf` is left there. It knows no secret, and
whoever started it may kill it at any time.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from service.reports.service_paper import written

GIB = 1024**3
MOST_MEMORY, MOST_SECONDS, LARGEST_FILE = 2 * GIB, 120, 64 * 1024**2


def keep_within_limits() -> None:
    """What a hostile text could make it take, where the system can say no."""
    try:
        import resource  # noqa: PLC0415  there is none on Windows
    except ImportError:
        return
    limits = {
        resource.RLIMIT_AS: MOST_MEMORY,
        resource.RLIMIT_CPU: MOST_SECONDS,
        resource.RLIMIT_FSIZE: LARGEST_FILE,
        resource.RLIMIT_CORE: 0,
    }
    for what, most in limits.items():
        resource.setrlimit(what, (most, most))


def main(folder: Path) -> None:
    keep_within_limits()
    # What a photo is called in the PDF follows from its path, which is then always the same.
    os.chdir(folder)
    facts, draft = json.loads(Path("facts.json").read_bytes()), Path("draft.pdf")
    draft.write_bytes(written(facts, Path()))
    draft.replace("report.pdf")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
