"""The link of an invitation: its token is derived and stands nowhere."""

from __future__ import annotations

import base64
import binascii
import hmac
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.claims import find_claimable
from accounts.keyring import fingerprints
from accounts.models import Invitation, Membership
from accounts.tenancy import Role

ID_BYTES, PROOF_BYTES = 16, 32


def make_link(invitation: Invitation) -> str:
    """Return the address in the mail; it starts with `PORTAL_URL`."""
    token = base64.urlsafe_b64encode(invitation.pk.bytes + _proofs(invitation)[0])
    path = reverse("accounts:invitation", kwargs={"token": token.decode()})
    return f"{settings.PORTAL_URL.rstrip('/')}{path}"


def find_open(token: str) -> Invitation | None:
    """Return the invitation that the token opens, None if it opens nothing (now)."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != ID_BYTES + PROOF_BYTES:
        return None
    invitation = (
        Invitation.objects.select_related("customer")
        .filter(pk=UUID(bytes=raw[:ID_BYTES]), accepted_at=None, withdrawn_at=None)
        .filter(expires_at__gt=timezone.now(), customer__is_active=True)
        .first()
    )
    if invitation is None or not _has_backing(invitation):
        return None
    shown = raw[ID_BYTES:]
    right = [hmac.compare_digest(shown, proof) for proof in _proofs(invitation)]
    return invitation if any(right) else None


def _has_backing(invitation: Invitation) -> bool:
    """Say whether what made the link still stands behind it.

    An admin who was taken out must not have left a door open for themselves; a claim
    rests on what its domain allows today.
    """
    if invitation.invited_by_id is None:
        mailbox = find_claimable(invitation.email)
        return (
            mailbox is not None
            and invitation.role == Role.MEMBER
            and mailbox.domain.customer_id == invitation.customer_id
        )
    if invitation.role != Role.ADMIN:
        return True
    return Membership.objects.filter(
        customer_id=invitation.customer_id,
        user=invitation.invited_by,
        role=Role.ADMIN,
        user__is_active=True,
    ).exists()


def _proofs(invitation: Invitation) -> list[bytes]:
    said = "\0".join((str(invitation.pk), str(invitation.sends), invitation.email))
    return [bytes.fromhex(one) for one in fingerprints(said, purpose="invitation")]
