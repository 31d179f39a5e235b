"""What commands about people take, read the same way by each."""

from __future__ import annotations

from django.core.management.base import CommandError

from accounts.log_in_names import normalize
from accounts.models import User


def read_reason(text: str) -> str:
    """Return the reason; raise CommandError if it says nothing."""
    reason = text.strip()
    if not reason:
        raise CommandError("--reason must say something: it stands in the audit log")
    return reason


def find_person(email: str) -> User:
    """Return whose address it is; raise CommandError if nobody's."""
    user = User.objects.filter(email=normalize(email)).first()
    if user is None:
        raise CommandError("nobody has that e-mail address")
    return user
