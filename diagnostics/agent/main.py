"""The agent's run: ask, check, tell the portal, say what stands in the way."""

import datetime as dt
import json
import os
import sys
import tempfile
import time
from typing import Any, Dict, List, Optional, Sequence

from diagnostics.agent import terminal
from diagnostics.agent.block import make_block
from diagnostics.agent.options import Options, Settings, parse
from diagnostics.agent.sending import Courier
from diagnostics.agent.texts import TEXTS
from diagnostics.checks.evidence import Evidence, Target
from diagnostics.checks.run import run_checks
from diagnostics.report import make_report
from diagnostics.verdicts import judge
from diagnostics.verdicts.scene import AGENT, Scene

HEALTHY, CAUSE_FOUND, USAGE, BROKEN, STOPPED = 0, 1, 2, 3, 130
# Nobody waits at a page: a line that takes a second each way gets its time.
TOTAL_SECONDS = 30.0


def main(argv: Sequence[str], settings: Settings) -> int:
    """Return the exit code; whatever happens is said in a sentence."""
    options = parse(argv, settings)
    run = Run(options)
    try:
        return run.go()
    except KeyboardInterrupt:
        run.say(run.words["stopped"])
        return STOPPED
    except Exception as error:  # noqa: BLE001 - nobody who runs it can read a traceback
        run.say(run.words["broken"].format(error=describe(error)))
        return BROKEN
    finally:
        run.tidy()


def describe(error: BaseException) -> str:
    """Return an error in one line."""
    return "{}: {}".format(type(error).__name__, error)[:200]


class Run:
    """One run of the agent."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.language = terminal.choose_language(options.language)
        self.words = TEXTS[self.language]
        self.found: List[Evidence] = []
        self._courier = Courier(options.report_url, self.language)
        self._broken = ""
        self._cafile = ""

    def say(self, text: str) -> None:
        """Print for people; beside JSON on standard output that is standard error."""
        terminal.say(text, sys.stderr if self.options.as_json else sys.stdout)

    def go(self) -> int:
        """Check, judge and tell."""
        host = self.options.host
        self.say(self.words["start"].format(host=host))
        self.say(self.words["harmless"])
        greeted, since = self._courier.greet(), time.monotonic()
        password = self._password()
        # Somebody may have looked for the password for a while.
        target = self._target(password, greeted.epoch, time.monotonic() - since)
        started_at, since = dt.datetime.now(dt.timezone.utc), time.monotonic()
        self._check(target)
        report = make_report(
            self.found,
            judge(self.found, AGENT),
            started_at=started_at,
            seconds=time.monotonic() - since,
            language=self.language,
            vantage=AGENT,
        )
        self._tell(report)
        self._deliver(report)
        if report["causes"]:
            return CAUSE_FOUND
        return HEALTHY if self._is_healthy() else BROKEN

    def _is_healthy(self) -> bool:
        return not self._broken and Scene(self.found, AGENT).is_through

    def tidy(self) -> None:
        """Remove the file of the scanner's own authority, if there was one."""
        if self._cafile:
            os.unlink(self._cafile)
            self._cafile = ""

    def _check(self, target: Target) -> None:
        try:
            run_checks(target, self._note)
        except Exception as error:  # noqa: BLE001 - what was seen until then is judged
            self._broken = describe(error)

    def _note(self, seen: Evidence) -> None:
        self.found.append(seen)
        self._courier.add(seen)
        if not self.options.as_json:
            self.say(terminal.evidence_line(seen))

    def _tell(self, report: Dict[str, Any]) -> None:
        if self.options.as_json:
            terminal.say(json.dumps(report))
            return
        for line in terminal.verdict_lines(report["causes"], self.language):
            self.say(line)
        self.say("")
        if self._broken:
            self.say(self.words["broken"].format(error=self._broken))
        elif not report["causes"]:
            self.say(self.words["healthy" if self._is_healthy() else "unfinished"])

    def _deliver(self, report: Dict[str, Any]) -> None:
        """Wait a moment for the portal; give the report to paste if it has not all."""
        if not self._courier.is_wanted:
            return
        self._courier.finish()
        if self._courier.is_done:
            self._say_all_ends(report)
            self.say(self.words["sent"])
            return
        if self._courier.is_refused:
            self.say(self.words["refused"])
        else:
            self.say(self.words["not_sent"])
        self.say("")
        self.say(make_block(dict(report, **self._courier.whole())))

    def _say_all_ends(self, report: Dict[str, Any]) -> None:
        """Say what the portal makes of all ends together, if that is something else."""
        together = self._courier.causes
        own = [cause["slug"] for cause in report["causes"]]
        if together and [cause["slug"] for cause in together] != own:
            self.say(self.words["together"])
            for line in terminal.verdict_lines(together, self.language):
                self.say(line)
            self.say("")

    def _password(self) -> Optional[str]:
        """Return the password, None to leave the log-in out."""
        options = self.options
        if not options.username:
            return None
        if options.password_file:
            try:
                return terminal.read_password(options.password_file)
            except (OSError, ValueError) as error:
                self.say(self.words["no_file"].format(error=describe(error)))
                return None
        if not terminal.can_ask():
            self.say(self.words["no_terminal"])
            return None
        prompt = self.words["ask"].format(username=options.username, host=options.host)
        return terminal.ask_password(prompt) or None

    def _target(self, password: Optional[str], epoch: float, ago: float) -> Target:
        options = self.options
        wanted: Dict[str, Any] = {
            "host": options.host,
            "nonce": options.nonce,
            "configured_host": options.configured_host,
            "configured_ports": tuple(options.configured_ports),
            "known_hosts": tuple(options.known_hosts),
            "known_ports": tuple(options.known_ports),
            "addresses": tuple(options.addresses),
            "pins": tuple(options.pins),
            "cafile": options.cafile or self._own_authority(),
            "username": options.username,
            "password": password,
            "total_seconds": TOTAL_SECONDS,
            "helo": options.helo,
            "portal_url": options.portal_url,
            "portal_addresses": tuple(options.portal_addresses),
            "portal_time": epoch + ago if epoch else 0.0,
            "mta_user": options.mta_user,
            "read_mta_config": options.read_mta_config,
        }
        known = {name: wanted[name] for name in wanted if name in Target._fields}
        return Target(**known)

    def _own_authority(self) -> str:
        """Write the authority that the portal named where `ssl` can read it."""
        if not self.options.ca_pem:
            return ""
        number, self._cafile = tempfile.mkstemp(suffix=".pem")
        with os.fdopen(number, "w") as file:
            file.write(self.options.ca_pem)
        return self._cafile
