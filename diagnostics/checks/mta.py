"""Which mail server is on this machine, and whose program it is; nothing is read."""

import os
from typing import NamedTuple, Tuple

POSTFIX, EXIM, SENDMAIL, EXCHANGE = "postfix", "exim", "sendmail", "exchange"


class Mta(NamedTuple):
    """A mail server: what it is, and the user that its client runs as."""

    product: str = ""
    user: str = ""


# A file that only it has, and the usual user; the first one that is there counts.
_SIGNS: Tuple[Tuple[str, Mta], ...] = (
    ("/etc/postfix/main.cf", Mta(POSTFIX, "postfix")),
    ("/usr/local/etc/postfix/main.cf", Mta(POSTFIX, "postfix")),
    ("/etc/exim4/update-exim4.conf.conf", Mta(EXIM, "Debian-exim")),
    ("/etc/exim/exim.conf", Mta(EXIM, "exim")),
    ("/etc/mail/sendmail.cf", Mta(SENDMAIL, "root")),
    (r"C:\Program Files\Microsoft\Exchange Server", Mta(EXCHANGE, "")),
)


def find_mta() -> Mta:
    """Return the mail server by its files; empty where none is known."""
    for path, mta in _SIGNS:
        if os.path.exists(path):
            return mta
    return Mta()
