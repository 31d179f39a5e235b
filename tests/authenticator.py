"""A security key of software, for tests: signs as told, also what is wrong."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from dataclasses import dataclass, field
from uuid import UUID

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url as b64url

from accounts.actions.passkeys import enrol_passkey
from accounts.models import User
from accounts.passkeys import Registration

PRESENT, VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
AAGUID = bytes.fromhex("00112233445566778899aabbccddeeff")
ORIGIN = "https://testserver"


@dataclass
class Authenticator:
    """One passkey; it counts its signatures unless told a count."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    count: int = 0
    flags: int = PRESENT | VERIFIED | BACKUP_ELIGIBLE | BACKED_UP

    def create(
        self, options: dict, *, origin: str = ORIGIN, rp_id: str = "", **client: object
    ) -> str:
        """Answer `navigator.credentials.create()`."""
        return json.dumps(self.creation(options, origin=origin, rp_id=rp_id, **client))

    def creation(
        self, options: dict, *, origin: str = ORIGIN, rp_id: str = "", **client: object
    ) -> dict:
        """Return the answer as a browser has it before it becomes text."""
        data = self._data(rp_id or options["rp"]["id"], self.flags | ATTESTED)
        data += AAGUID + struct.pack(">H", len(self.credential_id))
        data += self.credential_id + self.cose_key()
        attestation = {"fmt": "none", "attStmt": {}, "authData": data}
        said = _client_data("webauthn.create", options, origin, client)
        return self._answer(
            clientDataJSON=b64url(said),
            attestationObject=b64url(cbor2.dumps(attestation)),
            transports=["internal", "hybrid", "telepathy"],
        )

    def get(
        self,
        options: dict,
        *,
        origin: str = ORIGIN,
        rp_id: str = "",
        count: int | None = None,
        **client: object,
    ) -> str:
        """Answer `navigator.credentials.get()`."""
        self.count = self.count + 1 if count is None else count
        data = self._data(rp_id or options["rpId"], self.flags)
        said = _client_data("webauthn.get", options, origin, client)
        signature = self.key.sign(
            data + hashlib.sha256(said).digest(), ec.ECDSA(SHA256())
        )
        answer = self._answer(
            clientDataJSON=b64url(said),
            authenticatorData=b64url(data),
            signature=b64url(signature),
        )
        return json.dumps(answer)

    def cose_key(self) -> bytes:
        """Return the public key as authenticators write it (RFC 9053)."""
        point = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _data(self, rp_id: str, flags: int) -> bytes:
        head = hashlib.sha256(rp_id.encode()).digest()
        return head + bytes([flags]) + struct.pack(">I", self.count)

    def _answer(self, **response: object) -> dict:
        name = b64url(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}


def _client_data(kind: str, options: dict, origin: str, more: dict) -> bytes:
    said = {"type": kind, "challenge": options["challenge"], "origin": origin}
    return json.dumps(said | more).encode()


def make_passkey(user: User) -> Authenticator:
    """Enrol a passkey without a browser."""
    authenticator = Authenticator()
    registration = Registration(
        credential_id=authenticator.credential_id,
        public_key=authenticator.cose_key(),
        sign_count=0,
        transports=["internal"],
        aaguid=UUID(bytes=AAGUID),
        is_backed_up=True,
    )
    enrol_passkey(user, registration, handle=os.urandom(32))
    return authenticator
