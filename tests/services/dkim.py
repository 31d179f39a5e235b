"""Signs a message by DKIM (RFC 6376), simple/simple, for others to verify."""

from __future__ import annotations

import hashlib
from base64 import b64encode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SIGNED = ("From", "To", "Subject")


def public_part(key: RSAPrivateKey) -> str:
    """Return the public key as strings of a TXT record."""
    public = key.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    text = b64encode(public).decode()
    return " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))


def sign(key: RSAPrivateKey, content: str) -> str:
    """Return the content with a signature of remote.example on top."""
    head, _, body = content.partition("\r\n\r\n")
    digest = b64encode(hashlib.sha256(body.encode()).digest()).decode()
    field = (
        "DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=remote.example; s=s1;"
        f"\r\n\th={':'.join(SIGNED)}; bh={digest};\r\n\tb="
    )
    lines = {line.partition(":")[0]: line for line in head.split("\r\n")}
    hashed = "".join(f"{lines[name]}\r\n" for name in SIGNED) + field
    signature = key.sign(hashed.encode(), PKCS1v15(), hashes.SHA256())
    return f"{field}{b64encode(signature).decode()}\r\n{content}"
