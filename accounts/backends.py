"""Password log-in, throttled."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend


class ThrottledBackend(ModelBackend):
    """Placeholder of the frame: the accounts slice fills it in."""
