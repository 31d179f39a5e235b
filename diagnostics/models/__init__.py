"""What diagnostics stores, a file a noun."""

from diagnostics.models.probes import Evidence, Probe

__all__ = ["Evidence", "Probe"]
