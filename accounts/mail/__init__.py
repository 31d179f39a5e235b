"""Every mail that the portal itself sends.

A template is plain text in `templates/accounts/mail/`; its first line is the subject.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from accounts.mail import connections, held_mail, log_ins, operators
from accounts.mail.letters import portal_address, send
from accounts.mail.log_ins import password_link
from accounts.models import User

__all__ = [
    "MAILS",
    "NOTICES",
    "SENT_ONCE",
    "WITHOUT_ACCOUNT",
    "password_link",
    "portal_address",
]


def _send_plain(template: str, user: User, at: datetime) -> None:
    """Tell what the template says, which needs no more than the time."""
    send(user, template, at=at)


# Told of what has happened, by `actions.history.notify`: nothing but the person, the
# time and the words of the template of that name.
PLAIN_NOTICES = (
    "password_changed",
    "factor_added",
    "factor_removed",
    "factor_reset",
    "factor_reset_by_admin",
    "passkey_cloned",
    "recovery_used",
    "recovery_renewed",
    "role_changed",
    "grants_changed",
    "address_asked",
    "membership_ended",
    "outbound_created",
    "outbound_ended",
    "password_tried",
    "sign_ins_ended",
)
# The others have details, which are keyword arguments.
NOTICES: dict[str, Callable[..., None]] = {
    name: partial(_send_plain, name) for name in PLAIN_NOTICES
} | {
    "new_sign_in": log_ins.send_new_sign_in,
    "code_tried": log_ins.send_code_tried,
    "step_up_tried": log_ins.send_step_up_tried,
    "sms_budget": operators.send_sms_budget,
    "unknown_domain": operators.send_unknown_domain,
}
MAILS: dict[str, Callable[..., None]] = NOTICES | {
    "password_reset": log_ins.send_password_reset,
    "invitation": log_ins.send_invitation,
    "domain_notice": connections.send_domain_notice,
    "joining": log_ins.send_joining,
    "claim": log_ins.send_claim,
    "factor_demanded": log_ins.send_factor_demanded,
    "digest": held_mail.send_digest,
    "requests_waiting": held_mail.send_requests_waiting,
    "request_answered": held_mail.send_request_answered,
    "case_moved": connections.send_case_moved,
    "case_waiting": connections.send_case_waiting,
    "our_fault": operators.send_our_fault,
    "monitor_changed": connections.send_monitor_changed,
}
# Rather not at all than twice: the next one tells the same.
SENT_ONCE = frozenset({"digest"})
# Sent to an address that perhaps has no account yet, or to the operator's support.
WITHOUT_ACCOUNT = frozenset({"joining", "claim", "case_waiting"})
