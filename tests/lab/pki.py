"""The lab's certificates: a good one, and the bad ones that servers are met with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

VALID_DAYS = 365


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def pem(self) -> bytes:
        """Return the certificate alone."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """Return the key alone."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def issue(
    name: str, signer: Issued | None, *, is_ca: bool = False, ends_in_days: int = 0
) -> Issued:
    """Issue a certificate; without a signer it signs itself."""
    # RSA: its long flight of certificates is what an MTU hole swallows.
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = signer.certificate.subject if signer else subject
    end = datetime.now(UTC) + timedelta(days=ends_in_days or VALID_DAYS)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=2 * VALID_DAYS))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
    )
    if not is_ca:
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        builder = builder.add_extension(names, critical=False)
    signed = builder.sign(signer.key if signer else key, hashes.SHA256())
    return Issued(signed, key)


def make(folder: Path, host: str) -> None:
    """Write root.pem and, for each kind of server, its chain and key."""
    root = issue("Lab Root CA", None, is_ca=True)
    issuing = issue("Lab Issuing CA", root, is_ca=True)
    shield = issue("Lab Mail Shield Root", None, is_ca=True)
    good = issue(host, issuing)
    kinds = {
        "good": (good, issuing.pem),
        "no-chain": (good, b""),
        "wrong-name": (issue("relay-old.example", issuing), issuing.pem),
        "expired": (issue(host, issuing, ends_in_days=-30), issuing.pem),
        "self-signed": (issue(host, None), b""),
        "shield": (issue(host, shield), b""),
    }
    folder.mkdir()
    (folder / "root.pem").write_bytes(root.pem)
    older = issue("Some Older Root CA", None, is_ca=True)
    (folder / "older-root.pem").write_bytes(older.pem)
    for kind, (issued, chain) in kinds.items():
        (folder / f"{kind}.pem").write_bytes(issued.pem + chain)
        (folder / f"{kind}.key").write_bytes(issued.key_pem)
