"""The mail server's sessions in the scanner's log, and what each of them speaks for."""

from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from diagnostics.checks.evidence import Evidence, Facts
from diagnostics.verdicts import signs
from diagnostics.verdicts.finding import Reason
from diagnostics.verdicts.signs import SIGNS

# Words of a refusal, or of a warning, that leave one cause, or two.
REFUSALS: Tuple[Tuple[str, str], ...] = (
    ("too many auth", "auth-lockout"),
    ("too many connections", "rate-limited-421"),
    ("too many recipients", "recipient-limit"),
    ("too many mail", "recipient-limit"),
    ("rate limit: connection", "rate-limited-421"),
    ("rate limit: auth", "auth-lockout"),
    ("rate limit: recipient", "recipient-limit"),
    ("rate limit: message", "recipient-limit"),
    # What a device says too early, or the first bytes of TLS.
    ("improper command pipelining", "early-talker implicit-tls-on-587"),
    ("need fully-qualified hostname", "helo-invalid"),
    ("invalid name", "helo-invalid"),
    ("helo command rejected: host not found", "helo-unknown"),
    ("not owned by user", "sender-not-allowed"),
    ("not logged in", "auth-not-enabled"),
    ("blocked using", "dnsbl-listed"),
    ("cannot find your reverse hostname", "ptr-missing"),
    ("cannot find your hostname", "ptr-mismatch"),
    ("too big", "message-too-big"),
    ("exceeds size limit", "message-too-big"),
    ("exceeds fixed limit", "message-too-big"),
    ("insufficient system storage", "scanner-disk-full"),
    ("bare <lf>", "bare-lf"),
    ("bare newline", "bare-lf"),
    ("protocol synchronization", "early-talker"),
    ("improper use of smtp command pipelining", "early-talker"),
    ("must issue a starttls", "starttls-off"),
)
# The classes of a slip that the scanner's Dovecot found out by trying.
SLIPS = {
    "blank": "auth-password-space",
    "case": "auth-password-wrong",
    "domain-added": "auth-user-domain",
    "domain-missing": "auth-user-domain",
    "cut": "auth-password-special",
    "encoding": "auth-password-special",
    "quotes": "auth-password-special",
    "html": "auth-password-special",
}
NO_SESSION = Reason("log-nothing")
# A session that ends as probes end too speaks less clearly than one with mail in it.
WITH_MAIL = ("mail", "rcpt", "data")
PASSED = (signs.SENT, signs.AUTH_ONLY)
FAINT = (signs.NO_AUTH_QUIT, signs.TLS_QUIT, signs.EHLO_ONLY, signs.CONNECT_ONLY)


class Spoken(NamedTuple):
    """What a session speaks for, how clearly, and in which words."""

    symptom: str
    weights: Dict[str, float]
    reasons: Tuple[Reason, ...]
    clarity: float


def read_log(evidence: Sequence[Evidence]) -> List[Spoken]:
    """Return what the mail server's sessions say; probes' own are left out."""
    sessions = [item.facts for item in evidence if item.check == "scanner_session"]
    theirs = [facts for facts in sessions if not facts.get("nonce")]
    return [_read(facts) for facts in theirs if not _is_begun_only(facts)]


def _is_begun_only(facts: Facts) -> bool:
    """Say whether nothing is known of a session but that it began: it goes on yet."""
    said = ("replies", "lost_after", "rejects", "warnings", "tls_error", "sasl")
    return facts.get("stage") == "connect" and not any(facts.get(key) for key in said)


def slip_of(facts: Facts) -> str:
    """Return the class of slip that a refused log-in was found to be; or nothing."""
    return str(facts.get("slip") or "")


def _read(facts: Facts) -> Spoken:
    refusal = _refusal(facts)
    if refusal is not None:
        return refusal
    sasl = facts.get("sasl") or {}
    tried = _count(facts, "auth")
    if sasl.get("result") == "failed" or (not sasl and tried[1] and not tried[0]):
        return _login(sasl)
    symptom = symptom_of(facts)
    values = {"text": str(facts.get("tls_error") or "")[:200]}
    weights = {slug: 1.0 for slug, sign in SIGNS.items() if symptom in sign.log}
    if symptom == signs.TLS_ERROR:
        weights = _tls_error(str(facts.get("tls_error") or "").lower()) or weights
    clarity = 0.4 if symptom in FAINT else 0.7
    return Spoken(symptom, weights, (Reason("log-" + symptom, values),), clarity)


def _refusal(facts: Facts) -> Optional[Spoken]:
    """Read what the scanner said when it refused, or warned of."""
    rejects = [
        (str(item.get("code") or ""), str(item.get("text") or ""))
        for item in facts.get("rejects") or ()
    ]
    rejects += [("", str(text)) for text in facts.get("warnings") or ()]
    for code, text in rejects:
        for words, slugs in REFUSALS:
            if words in text.lower():
                values = {"code": code, "text": text[:200]}
                reason = Reason("log-rejected", values)
                weights = dict.fromkeys(slugs.split(), 1.0)
                return Spoken(signs.REJECTED, weights, (reason,), 0.85)
    return None


def _count(facts: Facts, verb: str) -> Tuple[int, int]:
    """Return how many commands of a kind were accepted, and how many there were."""
    found = (facts.get("replies") or {}).get(verb) or (0, 0)
    return int(found[0]), int(found[1])


def symptom_of(facts: Facts) -> str:
    """Say how far a session got, in one of the words of `signs`."""
    error, sasl = str(facts.get("tls_error") or ""), facts.get("sasl") or {}
    if error and not _is_loss(error):
        return signs.TLS_ERROR
    if sasl.get("result") == "temporary":
        return signs.AUTH_TEMPORARY
    if facts.get("stage") == "sent":
        return signs.SENT
    good, tried = _count(facts, "starttls")
    if good or facts.get("tls"):
        return signs.TLS_LOST if error else _inside(facts)
    if error or (tried and _is_cut(facts)):
        return signs.TLS_LOST
    return signs.STARTTLS_REFUSED if tried else _in_clear(facts)


def _in_clear(facts: Facts) -> str:
    """Say how far it got without any word of STARTTLS."""
    if _has_mail(facts):
        return signs.PLAIN_MAIL
    if _count(facts, "ehlo")[1]:
        return signs.EHLO_ONLY
    return signs.HELO if _count(facts, "helo")[1] else signs.CONNECT_ONLY


def _inside(facts: Facts) -> str:
    """Say how far it got inside TLS."""
    mails = _has_mail(facts)
    if _count(facts, "auth")[1] or facts.get("sasl"):
        if mails and _count(facts, "data")[1] and _count(facts, "quit")[1]:
            return signs.DATA_REFUSED
        return signs.DATA_LOST if mails else signs.AUTH_ONLY
    if mails:
        return signs.NO_AUTH_MAIL
    return signs.NO_AUTH_QUIT if _count(facts, "ehlo")[1] > 1 else signs.TLS_QUIT


def _has_mail(facts: Facts) -> bool:
    """Say whether a message was begun; without an end only the stage tells."""
    return bool(_count(facts, "mail")[1]) or facts.get("stage") in WITH_MAIL


def _is_loss(text: str) -> bool:
    """Say whether TLS failed for want of a peer, not of agreement."""
    words = ("lost connection", "timed out", "timeout", "reset by peer", "-1")
    return any(word in text.lower() for word in words)


def _is_cut(facts: Facts) -> bool:
    return str(facts.get("lost_after") or "").upper() == "STARTTLS"


def _tls_error(text: str) -> Dict[str, float]:
    if "unsupported protocol" in text or "version too low" in text:
        return {"tls-too-old": 1.0}
    if "no shared cipher" in text:
        return {"cipher-mismatch": 1.0}
    if "alert" in text and ("unknown ca" in text or "certificate" in text):
        return {
            slug: 1.0
            for slug, sign in SIGNS.items()
            if "T-CERT" in sign.text and signs.TLS_ERROR in sign.log
        }
    if "wrong version number" in text or "http request" in text:
        return {"starttls-garbage": 1.0, "implicit-tls-on-587": 0.8}
    return {}


def _login(sasl: Facts) -> Spoken:
    """Tell by what the SASL server noted why the log-in was refused."""
    slip = slip_of(sasl)
    if slip in SLIPS:
        reasons = (Reason("slip-" + slip),)
        return Spoken(signs.AUTH_FAILED, {SLIPS[slip]: 1.0}, reasons, 0.9)
    why = str(sasl.get("class") or sasl.get("reason") or "")
    reasons = (Reason("log-auth-failed", {"reason": why or "535"}),)
    signs_of = sasl.get("username_signs") or ()
    has_domain = "at-sign" in signs_of or "@" in str(sasl.get("username") or "")
    weights, clarity = _because(why.lower(), has_domain=has_domain)
    return Spoken(signs.AUTH_FAILED, weights, reasons, clarity)


# Words of a class or of Dovecot's reason, the first that fit, and what they leave.
_REASONS: Tuple[Tuple[Tuple[str, ...], Dict[str, float], float], ...] = (
    (("mechanism",), {"sasl-mech-mismatch": 1.0}, 0.85),
    (("disabled", "deny", "denied"), {"account-disabled": 1.0}, 0.9),
    (("nets", "address"), {"account-ip-bound": 1.0, "source-ip-changed": 1.0}, 0.85),
    # Cut or recoded passwords do not match either.
    (("password",), {"auth-password-wrong": 1.0, "auth-password-special": 0.9}, 0.8),
)
_NO_SUCH_USER = {"auth-user-wrong": 1.0, "auth-user-domain": 0.3}
_NO_SUCH_ADDRESS = {"auth-user-domain": 1.0, "auth-user-wrong": 0.3}


def _because(why: str, *, has_domain: bool) -> Tuple[Dict[str, float], float]:
    """Read the class of a refusal, or Dovecot's own words for it."""
    for words, weights, clarity in _REASONS:
        if any(word in why for word in words):
            return weights, clarity
    if "user" in why:
        return (_NO_SUCH_ADDRESS if has_domain else _NO_SUCH_USER), 0.85
    return dict.fromkeys(signs.CREDENTIALS, 1.0), 0.5
