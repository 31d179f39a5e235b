"""From the invitation to the new second factor, for each kind of person.

Invited, password, app, SMS, passkey, a recovery code used, reset, enrolled anew.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.services.browser import DESKTOP
from tests.services.demo import PASSWORD, Demo
from tests.system import flows

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

OWN_PASSWORD = "sieben Enten schwimmen nach Thun"
OPERATOR, OPERATOR_PASSWORD = "betrieb@cleanmail.example", "acht Boote liegen in Stans"
NUMBERS = {
    "member": "+41791234561",
    "admin": "+41791234562",
    "staff": "+41791234563",
}
# What the audit log keeps of the way, in this order; then the last factor.
TOLD = [
    "invitation.accept",
    "factor.enrol",
    "factor.enrol",
    "factor.enrol",
    "recovery.use",
    "factor.reset",
]
WAIT_SECONDS = 30
# Passwords are hashed slowly, and other tests may run beside.
expect.set_options(timeout=WAIT_SECONDS * 1000)


@pytest.fixture
def open_browser(browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """Return a function that opens a fresh browser."""
    contexts: list[BrowserContext] = []

    def make() -> BrowserContext:
        context = browser.new_context(viewport=DESKTOP, locale="de-CH")
        context.set_default_timeout(20_000)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@dataclass
class Outbox:
    """What the portal has sent, as files."""

    folder: Path
    seen: set[Path] = field(default_factory=set)

    def take(self, pattern: str) -> str:
        """Wait for a file that matches; return the match. Each file serves once."""
        ends = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < ends:
            for path in sorted(self.folder.glob("*")):
                found = None if path in self.seen else re.search(pattern, _text(path))
                if found:
                    self.seen.add(path)
                    return found[1]
            time.sleep(0.2)
        message = f"nothing sent that has {pattern}"
        raise AssertionError(message)


def _text(path: Path) -> str:
    raw = path.read_bytes()
    body = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    text = body.get_content() if path.suffix == ".log" and body else raw.decode()
    return f"{raw[:2000].decode('utf-8', 'replace')}\n{text}"


@dataclass
class Journey:
    """A person on the way: where, who, what they hold."""

    portal: Demo
    outbox: Outbox
    email: str
    page: Page
    codes: list[str] = field(default_factory=list)

    def set_first_password(self, link: str) -> None:
        """Follow the mailed link."""
        self.page.goto(link)
        for box in self.page.locator("input[type=password]").all():
            box.fill(OWN_PASSWORD)
        self.page.locator("main button.primary").click()
        # Nobody is logged in by a link.
        expect(self.page).to_have_url(re.compile("/login/|/password/done/"))

    def log_in(self) -> None:
        """Type the password; a second screen may follow."""
        flows.type_password(self.page, self.portal.url, self.email, OWN_PASSWORD)
        expect(self.page.locator("input[type=password]")).to_have_count(0)

    def choose(self, method: str) -> None:
        """Open the enrolment and choose a kind."""
        self.page.goto(f"{self.portal.url}/account/factor/")
        self.page.locator(f"#method-{method}").check()
        self.page.locator("main button.primary").click()

    def enrol_app(self) -> flows.App:
        """Scan, type the code, keep the recovery codes."""
        self.choose("app")
        app = flows.App(self.page.locator("#secret").text_content() or "")
        flows.type_code(self.page, app)
        self.codes = flows.keep_codes(self.page)
        return app

    def enrol_number(self, number: str) -> None:
        """Type the number, then the code that came by SMS."""
        self.choose("sms")
        self.page.locator("input[inputmode=tel]").fill(number)
        self.page.locator("main button.primary").click()
        code = self.outbox.take(rf"(?s){re.escape(number)}.*?(\d{{6}}) ist Ihr Code")
        self.page.locator("input[autocomplete=one-time-code]").fill(code)
        self.page.locator("main button.primary").click()
        self.expect_factor("SMS an")

    def enrol_passkey(self) -> None:
        """Let the browser's own authenticator make a passkey."""
        devtools = self.page.context.new_cdp_session(self.page)
        devtools.send("WebAuthn.enable")
        devtools.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        self.choose("passkey")
        self.page.locator("[data-passkey-start]").click()
        self.expect_factor("Passkey")

    def log_in_and_be_led_to_enrolment(self) -> flows.App:
        """Get no further than to where a factor is enrolled, and enrol one."""
        self.log_in()
        self.page.goto(f"{self.portal.url}/account/")
        expect(self.page).to_have_url(re.compile("/account/factor/"))
        return self.enrol_app()

    def expect_factor(self, label: str) -> None:
        """See it in the list of one's own."""
        expect(self.page.locator("#factors")).to_be_visible()
        expect(self.page.locator("main")).to_contain_text(label)

    def log_in_with_recovery_code(self) -> None:
        """Lose the phone: password, then a code from the sheet."""
        self.page.context.clear_cookies()
        self.log_in()
        self.page.get_by_role("button", name="Ersatzcode eingeben").click()
        self.page.locator("main form input[name$=code]").first.fill(self.codes[0])
        self.page.locator("main button.primary").click()
        self.outbox.take(rf"(?s)To: {re.escape(self.email)}.*(Ersatzcode)")


def query(portal: Demo, statement: str, *values: object) -> list[tuple]:
    """Ask the portal's own database."""
    path = Path(urlsplit(portal.environment["DATABASE_URL"]).path)
    with psycopg.connect(host=path.parent, dbname=path.name, autocommit=True) as found:
        cursor = found.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def demanded_of_everybody(portal: Demo) -> Iterator[None]:
    """Let every customer demand a second factor of all, for a while."""
    before = query(portal, "SELECT second_factor, id FROM accounts_policy")
    query(portal, "UPDATE accounts_policy SET second_factor = 'everybody'")
    yield
    for whom, policy_id in before:
        query(
            portal,
            "UPDATE accounts_policy SET second_factor = %s WHERE id = %s",
            whom,
            policy_id,
        )


def list_acts(journey: Journey) -> list[str]:
    """Return what the audit log says of the person, in its order."""
    found = query(
        journey.portal,
        "SELECT action FROM accounts_auditevent e JOIN accounts_user u"
        " ON u.id = e.actor_id OR u.id::text = e.object_id"
        " WHERE u.email = %s ORDER BY e.id",
        journey.email,
    )
    return [action for (action,) in found]


def accept_invitation(journey: Journey, inviter: Page, role: str) -> None:
    """Be invited by an admin, or as staff by an operator."""
    if role == "staff":
        inviter.goto(f"{journey.portal.url}/admin/accounts/user/add/")
        inviter.locator("#id_email").fill(journey.email)
        inviter.locator("#id_staff_role").select_option("support")
        inviter.locator("input[name=_save]").click()
    else:
        inviter.goto(f"{journey.portal.url}/people/invite/")
        inviter.locator("#id_email").fill(journey.email)
        inviter.locator("#id_role").select_option(role)
        inviter.locator("main form button.primary").click()
        expect(inviter.locator("main")).to_contain_text("Einladung ist unterwegs")
    link = journey.outbox.take(
        rf"(?s)To: {re.escape(journey.email)}.*?(http://localhost\S+)"
    )
    journey.set_first_password(link)


def reset_factor(journey: Journey, admin: Page, role: str) -> None:
    """Let the admin, or for staff the operator, take the factors away."""
    if role == "staff":
        made = journey.portal.manage(
            "reset_factor", journey.email, "--reason", "Telefon verloren"
        )
        assert made.returncode == 0, made.stderr
    else:
        admin.goto(f"{journey.portal.url}/people/")
        admin.get_by_role("link", name=journey.email).first.click()
        admin.locator("a[href$='/factor/reset/']").click()
        admin.locator("#id_reason").fill("Telefon verloren")
        admin.locator("main button.danger").click()
        expect(admin.locator("main")).to_contain_text("keiner")
    journey.outbox.take(rf"(?s)To: {re.escape(journey.email)}.*(alle zweiten Faktoren)")


def log_in_inviter(portal: Demo, page: Page, role: str) -> None:
    """Log the admin of the demo in, or for staff a new operator with a factor."""
    if role != "staff":
        flows.type_password(page, portal.url, "admin@muster.example", PASSWORD)
        return
    portal.environment["DJANGO_SUPERUSER_PASSWORD"] = OPERATOR_PASSWORD
    made = portal.manage("createsuperuser", "--noinput", "--email", OPERATOR)
    assert made.returncode == 0, made.stderr
    flows.type_password(page, portal.url, OPERATOR, OPERATOR_PASSWORD)
    flows.enrol_app(page)


@pytest.mark.parametrize("role", ["member", "admin", "staff"])
def test_from_invitation_to_a_new_factor(stack: Demo, open_browser, role: str):
    inviter = open_browser().new_page()
    log_in_inviter(stack, inviter, role)
    journey = Journey(
        stack,
        Outbox(stack.folder / "demo" / "outbox"),
        f"neu-{role}@{'cleanmail' if role == 'staff' else 'muster'}.example",
        open_browser().new_page(),
    )
    accept_invitation(journey, inviter, role)

    with demanded_of_everybody(stack):
        first = journey.log_in_and_be_led_to_enrolment()
    journey.enrol_number(NUMBERS[role])
    journey.enrol_passkey()
    journey.log_in_with_recovery_code()
    reset_factor(journey, inviter, role)

    journey.page.goto(f"{stack.url}/account/")
    assert "/login/" in journey.page.url
    with demanded_of_everybody(stack):
        app = journey.log_in_and_be_led_to_enrolment()
    assert app.secret != first.secret
    journey.page.context.clear_cookies()
    journey.log_in()
    flows.type_code(journey.page, app)
    journey.page.goto(f"{stack.url}/account/")
    journey.expect_factor("Authenticator-App")
    expect(journey.page.locator("main")).not_to_contain_text("SMS an")
    expect(journey.page.locator("#factors")).to_be_visible()
    acts = [act for act in list_acts(journey) if act in TOLD]
    assert acts == [*TOLD[role == "staff" :], "factor.enrol"]
