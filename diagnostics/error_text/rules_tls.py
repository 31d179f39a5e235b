"""What TLS libraries say: OpenSSL, GnuTLS and Windows."""

from typing import Tuple

from diagnostics.error_text.rule import EXACT, Rule

_STALL = ("mtu-blackhole", "firewall-stall-tls", "packet-loss")
_RESET = ("firewall-rst-clienthello", "scanner-tls-broken", "tls-too-old")
_NOT_TLS = ("starttls-garbage", "implicit-tls-on-587", "captive-portal")
_OLD = ("tls-too-old", "cipher-mismatch")
_SELF = ("scanner-cert-self-signed", "tls-intercept-av", "wrong-server")
_UNKNOWN_CA = ("ca-bundle-old", "tls-intercept-av", "scanner-cert-no-chain")
_DATES = ("scanner-cert-expired", "clock-skew", "tls-intercept-av")
_NAME = ("scanner-cert-wrong-name", "wrong-server", "dns-hijack", "tls-intercept-av")


def _tls(*phrases: str, causes: Tuple[str, ...], check: str) -> Rule:
    return Rule("T-TLS", phrases, "tls", causes, check, EXACT)


def _certificate(
    *phrases: str, causes: Tuple[str, ...], check: str = "compare-pin"
) -> Rule:
    return Rule("T-CERT", phrases, "certificate", causes, check, EXACT)


RULES: Tuple[Rule, ...] = (
    _tls("wrong version number", causes=_NOT_TLS, check="show-config"),
    _tls("ssl routines", "unknown protocol", causes=_NOT_TLS, check="show-config"),
    _tls("packet length too long", causes=_NOT_TLS, check="show-config"),
    _tls("unexpected tls packet was received", causes=_NOT_TLS, check="show-config"),
    _tls("record overflow", "tls", causes=_NOT_TLS, check="show-config"),
    _tls("alert protocol version", causes=("tls-too-old",), check=""),
    _tls("unsupported protocol", "ssl", causes=("tls-too-old",), check=""),
    _tls("unsupported version", "tls", causes=("tls-too-old",), check=""),
    _tls("alert number 70", causes=("tls-too-old",), check=""),
    _tls(
        "alert number 40", causes=("cipher-mismatch", "tls-too-old"), check="read-log"
    ),
    _tls(
        "alert handshake failure",
        causes=("cipher-mismatch", "tls-too-old"),
        check="read-log",
    ),
    _tls("no shared cipher", causes=("cipher-mismatch",), check=""),
    _tls("no cipher suites", causes=("cipher-mismatch",), check=""),
    _tls("dh key too small", causes=("cipher-mismatch",), check=""),
    _tls("(gnutls_handshake): timed out", causes=_STALL, check="small-segments"),
    _tls("error in the pull function", causes=_RESET, check="probe-portal"),
    _tls("tls connection was non-properly terminated", causes=_RESET, check="read-log"),
    _tls("unexpected eof while reading", causes=_RESET, check="probe-portal"),
    _tls("a tls fatal alert has been received", causes=_OLD + _RESET, check="read-log"),
    _tls("ssl_connect", "timed out", causes=_STALL, check="small-segments"),
    _certificate("certificate name mismatch", causes=_NAME),
    _certificate("hostname mismatch", "certificate", causes=_NAME),
    _certificate("certificate has expired", causes=_DATES, check="compare-clock"),
    _certificate("certificate expired", causes=_DATES, check="compare-clock"),
    _certificate(
        "certificate is not yet valid",
        causes=("clock-skew", "scanner-cert-expired"),
        check="compare-clock",
    ),
    _certificate("self signed certificate", causes=_SELF),
    _certificate("self-signed certificate", causes=_SELF),
    _certificate("unable to get local issuer certificate", causes=_UNKNOWN_CA),
    _certificate("unable to get issuer certificate", causes=_UNKNOWN_CA),
    _certificate("unable to verify the first certificate", causes=_UNKNOWN_CA),
    Rule("T-CERT", ("certificate verify failed",), "certificate"),
    Rule("T-CERT", ("certificate verification failed",), "certificate"),
    Rule("T-CERT", ("ssl verify error",), "certificate"),
)
