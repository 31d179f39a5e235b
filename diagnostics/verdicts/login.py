"""Rules about the log-in."""

from typing import List, Tuple

from diagnostics.checks.evidence import Facts
from diagnostics.checks.wording import CLOSED, TIMEOUT
from diagnostics.verdicts.finding import Finding, Reason, group
from diagnostics.verdicts.scene import Line, Scene
from diagnostics.verdicts.sessions import SLIPS

# What the scanner's log says of the try itself (`told_by_log`), if it leaves one cause.
TOLD = {
    "user": ("auth-user-wrong", "unknown user"),
    "disabled": ("account-disabled", "user disabled"),
    "address": ("account-ip-bound", "allow_nets check failed"),
}
BLANKS = {"leading-blank", "trailing-blank"}
ODD = {"non-ascii", "look-alike", "special", "control"}


def about_login(_scene: Scene, line: Line) -> List[Finding]:
    """Judge what is offered inside TLS and what came of the one attempt."""
    inside = line.facts("ehlo_tls")
    if line.status("ehlo_tls") == "failed":
        return _nothing_offered(line, inside)
    facts = line.facts("auth")
    if line.status("auth") != "failed":
        return []
    if facts.get("reason") == "mechanism":
        values = {"mechanisms": ", ".join(facts.get("mechanisms", ()))}
        reason = Reason("mechanisms", values)
        return [Finding("sasl-mech-mismatch", 0.8, (reason,))]
    return _refused(facts)


def _nothing_offered(line: Line, inside: Facts) -> List[Finding]:
    if inside.get("error"):
        values = {"port": line.port, "error": inside["error"]}
        because = (Reason("broke-inside-tls", values),)
        shares = {"scanner-auth-backend-down": 0.7, "firewall-stall-tls": 0.2}
        return group(shares, because, "probe-elsewhere")
    because = (Reason("no-auth-offered"),)
    shares = {"wrong-server": 0.4, "scanner-auth-backend-down": 0.4}
    if line.facts("certificate").get("pin_matches") is not True:
        shares["tls-intercept-noauth"] = 0.15
    return group(shares, because, "compare-pin")


def _refused(facts: Facts) -> List[Finding]:
    code, error = facts.get("code"), facts.get("error")
    values = {"code": code or "", "text": facts.get("text", ""), "error": error or ""}
    because = (Reason("login-refused", values),)
    if error in (TIMEOUT, CLOSED, "ECONNRESET") or code in (421, 454):
        shares = {"scanner-auth-backend-down": 0.7, "auth-lockout": 0.25}
        return group(shares, because, "later")
    if code is not None and code // 100 == 4:
        return [Finding("auth-lockout", 0.8, because)]
    return _credentials(facts, because[0])


def _credentials(facts: Facts, refused: Reason) -> List[Finding]:
    """Rank by what was found by trying, by the log, by what is odd about the values."""
    return _told(facts, refused) or _odd(facts, refused) or _alike(facts, refused)


def _told(facts: Facts, refused: Reason) -> List[Finding]:
    """Return the one cause that is known: the 535 itself tells nothing."""
    slip, told = str(facts.get("slip") or ""), str(facts.get("class") or "")
    if slip in SLIPS:
        return [Finding(SLIPS[slip], 0.95, (Reason("slip-" + slip), refused))]
    if facts.get("username_slip"):
        return [Finding("auth-user-wrong", 0.95, (Reason("username-odd"), refused))]
    if told not in TOLD:
        return []
    slug, said = TOLD[told]
    if told == "user" and "at-sign" in facts.get("username_signs", ()):
        slug = "auth-user-domain"
    because = (Reason("log-auth-failed", {"reason": said}), refused)
    return [Finding(slug, 0.9, because)]


def _odd(facts: Facts, refused: Reason) -> List[Finding]:
    """Judge by blanks and odd signs in what was typed."""
    if set(facts.get("password_signs", ())) & BLANKS:
        because = (Reason("password-blank"), refused)
        rest = {"auth-password-wrong": 0.1}
        return group({"auth-password-space": 0.85, **rest}, because, "near-miss")
    if set(facts.get("username_signs", ())) & (BLANKS | ODD - {"special"}):
        because = (Reason("username-odd"), refused)
        rest = {"auth-password-wrong": 0.15}
        return group({"auth-user-wrong": 0.8, **rest}, because, "near-miss")
    return []


def _alike(facts: Facts, refused: Reason) -> List[Finding]:
    """List together what nothing tells apart."""
    alike = ["auth-password-wrong"]
    because: Tuple[Reason, ...] = (refused,)
    is_known = facts.get("class") == "password"
    if is_known:  # the account is right, and its password is not
        said = Reason("log-auth-failed", {"reason": "password mismatch"})
        because = (said, refused)
    else:
        alike.append("auth-user-wrong")
        if "at-sign" in facts.get("username_signs", ()):
            alike.append("auth-user-domain")
    if set(facts.get("password_signs", ())) & ODD:
        alike.append("auth-password-special")
    if not is_known:
        alike += ["account-disabled", "account-ip-bound"]
    shares = dict.fromkeys(alike, round(0.9 / len(alike), 2))
    return group(shares, because, "near-miss")
