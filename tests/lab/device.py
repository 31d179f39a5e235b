"""Sends as a device or an application does that is no mail server.

    python -m tests.lab.device bare-lf|early HOST PORT USERNAME PASSWORD CAFILE

Prints what the server said against it, as such programs show it.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import sys

SENDER, RECIPIENT = "a@customer.example", "b@remote.example"
SECONDS = 10


def send_bare_lf(host: str, port: int, login: tuple[str, str], roots: str) -> str:
    """Send a message whose lines end in LF alone."""
    with smtplib.SMTP(host, port, "mail.customer.example", timeout=SECONDS) as session:
        session.starttls(context=ssl.create_default_context(cafile=roots))
        session.login(*login)
        session.mail(SENDER)
        session.rcpt(RECIPIENT)
        session.docmd("DATA")
        session.send(b"Subject: lab\nFrom: a@customer.example\n\ntext\n\r\n.\r\n")
        code, text = session.getreply()
    return "" if code == 250 else f"{code} {text.decode()}"


def send_early(host: str, port: int, _login: tuple[str, str], _roots: str) -> str:
    """Send the first commands at once, before the greeting."""
    with socket.create_connection((host, port), SECONDS) as session:
        session.sendall(b"EHLO device\r\nMAIL FROM:<a@customer.example>\r\n")
        said = b""
        while part := session.recv(4096):
            said += part
            if b"\n5" in said or said.startswith(b"5"):
                break
    lines = said.decode().splitlines()
    return "\n".join(line for line in lines if line.startswith(("4", "5")))


WAYS = {"bare-lf": send_bare_lf, "early": send_early}


def main() -> None:
    """Print what came back."""
    way, host, port, username, password, roots = sys.argv[1:]
    print(WAYS[way](host, int(port), (username, password), roots))


if __name__ == "__main__":
    main()
