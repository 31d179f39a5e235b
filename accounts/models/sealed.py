"""A column whose values the key ring has sealed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    Binary = models.BinaryField[Any, Any]
else:
    Binary = models.BinaryField


class SealedField(Binary):
    """Bytes that `keyring.seal` made for one purpose, so that keys can be rotated.

    To the database and to migrations it is a BinaryField; empty is what was done with.
    """

    def __init__(self, *args: Any, purpose: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purpose = purpose

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Hide from migrations what the database does not know of."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs
