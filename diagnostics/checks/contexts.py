"""TLS contexts, made once: loading the CA bundle costs twenty handshakes."""

import ssl
from functools import lru_cache


@lru_cache(maxsize=16)
def verifying_context(cafile: str) -> ssl.SSLContext:
    """Return a context that wants a trusted chain; names are compared by the check.

    No stricter than mail servers are: Python 3.13 would also refuse certificates that
    break the profile of RFC 5280, which Postfix and Exim take.
    """
    context = ssl.create_default_context(cafile=cafile or None)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.check_hostname = False
    return context


@lru_cache(maxsize=1)
def looking_context() -> ssl.SSLContext:
    """Return a context that believes anybody: to look, never to log in."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
