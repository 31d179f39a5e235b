"""Run each attack against the stock site; print what came of it as JSON."""

from __future__ import annotations

import json
import os
import traceback


def main() -> None:
    """Start the site in this process: its registry and settings are not ours."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.accounts.stock.settings"
    import django  # noqa: PLC0415

    django.setup()

    from django.core.management import call_command  # noqa: PLC0415
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    from tests.accounts import attacks  # noqa: PLC0415
    from tests.accounts.stock.portal import SENT, StockPortal  # noqa: PLC0415

    setup_test_environment()
    call_command("migrate", verbosity=0)
    outcomes: dict[str, object] = {}
    for name, attack in attacks.every_attack().items():
        call_command("flush", interactive=False, verbosity=0)
        SENT.clear()
        try:
            outcomes[name] = attack(StockPortal())
        except Exception:  # noqa: BLE001 - the test shows it
            outcomes[name] = traceback.format_exc()
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main()
