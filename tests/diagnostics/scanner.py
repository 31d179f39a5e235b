"""An outbound scanner for tests: real sockets, real TLS, faults; and certificates."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "localhost"
NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass(frozen=True)
class Issued:
    """A certificate with its key, as files and as bytes."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    pem: Path

    @property
    def pin(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def issue(
    folder: Path,
    *,
    names: tuple[str, ...] = (HOST,),
    issuer: Issued | None = None,
    is_ca: bool = False,
    subject: str = "scanner",
    ends: dt.datetime | None = None,
    starts: dt.datetime | None = None,
) -> Issued:
    """Issue a certificate; without an issuer it signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    alternatives.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer.certificate.subject if issuer else _name(subject))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts or NOW - 30 * DAY)
        .not_valid_after(ends or NOW + 30 * DAY)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    )
    signer = issuer.key if issuer else key
    certificate = builder.sign(signer, hashes.SHA256())
    pem = folder / f"{subject}-{certificate.serial_number}.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return Issued(certificate, key, pem)


@dataclass
class Scanner:
    """A server on loopback; fields are ways to behave, `commands` what it was told."""

    certificate: Issued
    greeting: bytes = b"220 localhost ESMTP\r\n"
    keywords: tuple[str, ...] = ("SIZE 52428800", "STARTTLS", "8BITMIME")
    keywords_in_tls: tuple[str, ...] = ("SIZE 52428800", "AUTH PLAIN LOGIN")
    ehlo: bytes = b""
    starttls: bytes = b"220 2.0.0 Ready\r\n"
    after_starttls: str = "tls"
    username: str = "acme"
    password: str = "richtig-geheim"
    refusal: str = "535 5.7.8 authentication failed"
    cut_after: str = ""
    is_implicit: bool = False
    rcpt: bytes = b"250 2.1.5 Ok\r\n"
    swallows: int = 1 << 30  # so many bytes of content are read, then no more
    commands: list[str] = field(default_factory=list)
    content: int = 0
    finished: bool = False
    released: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate.pem)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.released.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def count(self, verb: str) -> int:
        """Return how often a command came."""
        return sum(1 for line in self.commands if line.partition(" ")[0] == verb)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(20)
        talk = Talk(self, connection)
        try:
            talk.run()
        except (OSError, ValueError):
            pass
        finally:
            talk.stream.close()
            talk.connection.close()


class Talk:
    """One session."""

    def __init__(self, scanner: Scanner, connection: socket.socket) -> None:
        self.scanner = scanner
        self.connection = connection
        self.stream = connection.makefile("rb")
        self.in_tls = False

    def run(self) -> None:
        if self.scanner.is_implicit:
            self._secure()
        self.connection.sendall(self.scanner.greeting)
        while line := self.stream.readline():
            command = line.decode("utf-8", "replace").strip()
            self.scanner.commands.append(command)
            verb = command.split(" ", 1)[0].upper()
            answer = getattr(self, f"on_{verb.lower()}", self.on_other)
            if verb == self.scanner.cut_after or not answer(command):
                return

    def on_ehlo(self, _command: str) -> bool:
        scanner = self.scanner
        if scanner.ehlo and not self.in_tls:
            self.connection.sendall(scanner.ehlo)
            return True
        offers = scanner.keywords_in_tls if self.in_tls else scanner.keywords
        words = ["localhost", *offers]
        lines = [f"250-{word}" for word in words[:-1]] + [f"250 {words[-1]}"]
        self.connection.sendall("".join(f"{line}\r\n" for line in lines).encode())
        return True

    def on_starttls(self, _command: str) -> bool:
        self.connection.sendall(self.scanner.starttls)
        if not self.scanner.starttls.startswith(b"220"):
            return True
        if self.scanner.after_starttls != "tls":
            self.connection.sendall(self.scanner.after_starttls.encode())
            return False
        self._secure()
        return True

    def _secure(self) -> None:
        self.stream.close()
        self.connection = self.scanner.context.wrap_socket(
            self.connection, server_side=True
        )
        self.stream = self.connection.makefile("rb")
        self.in_tls = True

    def on_auth(self, command: str) -> bool:
        scanner = self.scanner
        secret = base64.b64decode(command.rsplit(" ", 1)[-1]).decode()
        right = secret == f"\0{scanner.username}\0{scanner.password}"
        reply = "235 2.7.0 welcome" if right else scanner.refusal
        self.connection.sendall(reply.encode() + b"\r\n")
        return True

    def on_mail(self, _command: str) -> bool:
        self.connection.sendall(b"250 2.1.0 Ok\r\n")
        return True

    def on_rcpt(self, _command: str) -> bool:
        self.connection.sendall(self.scanner.rcpt)
        return True

    def on_data(self, _command: str) -> bool:
        self.connection.sendall(b"354 go ahead\r\n")
        while self.scanner.content < self.scanner.swallows:
            line = self.stream.readline()
            if line in {b"", b".\r\n"}:
                self.scanner.finished = line != b""
                return False
            self.scanner.content += len(line)
        self.scanner.released.wait(10)
        return False

    def on_quit(self, _command: str) -> bool:
        self.connection.sendall(b"221 2.0.0 Bye\r\n")
        return False

    def on_other(self, _command: str) -> bool:
        self.connection.sendall(b"500 5.5.1 what\r\n")
        return True
