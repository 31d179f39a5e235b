"""WebAuthn: what a browser is asked, and what its answers are checked against."""

from __future__ import annotations

import ipaddress
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.conf import settings
from django.http.request import validate_host
from webauthn.helpers import (
    base64url_to_bytes,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    parse_client_data_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.errors import PasskeyRefused

ANSWER_LENGTH = 16 * 1024
# WebAuthn Level 3, section 4, "credential ID".
CREDENTIAL_ID_BYTES = 1023
HANDLE_BYTES = CHALLENGE_BYTES = 32
# Time to fetch a key from the other room; as long as a code is good.
LIFETIME = timedelta(minutes=5)
TRANSPORTS = frozenset(item.value for item in AuthenticatorTransport)
# What the library and the parsers below it raise on hostile bytes, seen by fuzzing.
BROKEN = (
    WebAuthnException,
    InvalidSignature,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
# The finger or PIN where there is one: docs/decisions/0006-passkeys.md says why.
USER_VERIFICATION = UserVerificationRequirement.PREFERRED


@dataclass(frozen=True, slots=True)
class Party:
    """The portal as browsers know it: its name, and the origin of its pages."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Credential:
    """A passkey as the browser must know it to find it again."""

    id: bytes
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser answered, and the challenge it had to sign; none if too late."""

    text: str
    challenge: bytes

    @property
    def credential_id(self) -> bytes:
        """The id of the passkey that claims to have signed."""
        return base64url_to_bytes(json.loads(self.text)["id"])


@dataclass(frozen=True, slots=True)
class Registration:
    """A new passkey that has proved itself."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: list[str]
    aaguid: UUID
    is_backed_up: bool


@dataclass(frozen=True, slots=True)
class Use:
    """A right signature of a passkey."""

    sign_count: int
    is_backed_up: bool


def find_party() -> Party | None:
    """Return the portal's name and origin, None where browsers allow no passkey.

    They want a name and HTTPS, or `localhost`: an address on this machine becomes that
    if the portal answers to it.
    """
    url = urlsplit(settings.PORTAL_URL)
    host, plain = url.hostname or "", url.scheme == "http"
    if (
        plain
        and _is_loopback(host)
        and validate_host("localhost", settings.ALLOWED_HOSTS)
    ):
        host = "localhost"
    is_local = host == "localhost" or host.endswith(".localhost")
    if not host or _is_address(host) or (plain and not is_local):
        return None
    port = "" if url.port in {None, 80 if plain else 443} else f":{url.port}"
    return Party(id=host, origin=f"{url.scheme}://{host}{port}")


def new_challenge() -> bytes:
    """Return 256 random bits."""
    return secrets.token_bytes(CHALLENGE_BYTES)


def new_handle() -> bytes:
    """Return what stands for a person in authenticators: random, says nothing."""
    return secrets.token_bytes(HANDLE_BYTES)


def hash_id(credential_id: bytes) -> str:
    """Return what finds a passkey by its id."""
    return sha256(credential_id).hexdigest()


def creation_options(
    party: Party,
    *,
    challenge: bytes,
    handle: bytes,
    account: str,
    known: Iterable[Credential],
) -> str:
    """Return the JSON for `navigator.credentials.create()`: none of the known again."""
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=settings.PORTAL_NAME,
        user_id=handle,
        user_name=account,
        challenge=challenge,
        timeout=int(LIFETIME.total_seconds() * 1000),
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=USER_VERIFICATION,
        ),
        exclude_credentials=[_descriptor(item) for item in known],
    )
    return webauthn.options_to_json(options)


def request_options(
    party: Party, *, challenge: bytes, known: Iterable[Credential]
) -> str:
    """Return the JSON for `navigator.credentials.get()`: any of the known will do."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=int(LIFETIME.total_seconds() * 1000),
        allow_credentials=[_descriptor(item) for item in known],
        user_verification=USER_VERIFICATION,
    )
    return webauthn.options_to_json(options)


def is_answer(text: str) -> bool:
    """Say whether the text can be a browser's answer at all."""
    try:
        return bool(Answer(text, b"").credential_id)
    except BROKEN:
        return False


def verify_registration(answer: Answer) -> Registration:
    """Check a new passkey (WebAuthn section 7.1); raise PasskeyRefused.

    What the attestation says of the maker is not believed, for we ask for none.
    """
    party = _party_for(answer)
    try:
        new = webauthn.verify_registration_response(
            credential=answer.text,
            expected_challenge=answer.challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
        )
        said = _response_of(answer)
        _refuse_frames(said)
        aaguid = UUID(new.aaguid)
        # A key that cannot verify would lock its owner out at the next log-in.
        key = decode_credential_public_key(new.credential_public_key)
        decoded_public_key_to_cryptography(key)
    except BROKEN as error:
        raise PasskeyRefused("wrong") from error
    if not 0 < len(new.credential_id) <= CREDENTIAL_ID_BYTES:
        raise PasskeyRefused("wrong")
    return Registration(
        credential_id=new.credential_id,
        public_key=new.credential_public_key,
        sign_count=new.sign_count,
        transports=_known_transports(said.get("transports")),
        aaguid=aaguid,
        is_backed_up=new.credential_backed_up,
    )


def verify_use(
    answer: Answer, *, credential_id: bytes, public_key: bytes, handle: bytes
) -> Use:
    """Check a signature (WebAuthn section 7.2); raise PasskeyRefused.

    The counter is left to whoever keeps it: only that row can compare and set in one.
    """
    party = _party_for(answer)
    try:
        right = webauthn.verify_authentication_response(
            credential=answer.text,
            expected_challenge=answer.challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
        )
        said = _response_of(answer)
        _refuse_frames(said)
        owner = said.get("userHandle")
        is_owner = not owner or base64url_to_bytes(str(owner)) == handle
    except BROKEN as error:
        raise PasskeyRefused("wrong") from error
    if right.credential_id != credential_id or not is_owner:
        raise PasskeyRefused("wrong")
    return Use(right.new_sign_count, is_backed_up=right.credential_backed_up)


def _party_for(answer: Answer) -> Party:
    party = find_party()
    if party is None:
        raise PasskeyRefused("wrong")
    if not answer.challenge:
        raise PasskeyRefused("stale")
    return party


def _response_of(answer: Answer) -> dict[str, object]:
    said: dict[str, object] = json.loads(answer.text)["response"]
    return said


def _refuse_frames(response: dict[str, object]) -> None:
    """Raise where a page of somebody else held ours in a frame."""
    data = base64url_to_bytes(str(response["clientDataJSON"]))
    client = parse_client_data_json(data)
    if client.cross_origin:
        raise PasskeyRefused("wrong")


def _descriptor(credential: Credential) -> PublicKeyCredentialDescriptor:
    known = [AuthenticatorTransport(name) for name in credential.transports]
    return PublicKeyCredentialDescriptor(id=credential.id, transports=known or None)


def _known_transports(said: object) -> list[str]:
    named = said if isinstance(said, list) else []
    return [name for name in sorted(TRANSPORTS) if name in named]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return _is_address(host) and ipaddress.ip_address(host).is_loopback
