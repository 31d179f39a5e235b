"""What people change about themselves."""

from __future__ import annotations

from django.db import transaction

from accounts.actions.history import record_for
from accounts.models import User

FIELDS = ("full_name", "language", "time_zone")


@transaction.atomic(durable=True)
def change_settings(user: User, **values: str) -> None:
    """Keep name, language and time zone; what they were is not written down."""
    before = User.objects.select_for_update().get(pk=user.pk)
    changed = [name for name in FIELDS if getattr(before, name) != values[name]]
    User.objects.filter(pk=user.pk).update(**{name: values[name] for name in FIELDS})
    if changed:
        record_for(user, "person.settings", user, fields=changed)
