"""The portal's own look at the scanner, as its worker takes it; prints the JSON.

python -m tests.lab.from_portal HOST ADDRESS CAFILE
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

from diagnostics.checks.evidence import Evidence, Target
from diagnostics.checks.run import run_checks
from diagnostics.report import make_report
from diagnostics.verdicts import judge
from diagnostics.verdicts.scene import SERVER


def ignore(_seen: Evidence) -> None:
    """Show nothing while it runs."""


def main() -> None:
    """Check and print."""
    host, address, cafile = sys.argv[1:]
    target = Target(
        host=host,
        nonce="00112233445566ff",
        known_hosts=(host,),
        addresses=(address,),
        cafile=cafile,
        is_sender=False,
    )
    started_at = datetime.now(UTC)
    found = run_checks(target, ignore)
    report = make_report(
        found, judge(found, SERVER), started_at=started_at, seconds=0, language="en"
    )
    print(json.dumps(report))


if __name__ == "__main__":
    main()
