"""Django admin of diagnostics, for support and operators."""

from diagnostics.admin.cases import CaseAdmin
from diagnostics.admin.probes import ProbeAdmin

__all__ = ["CaseAdmin", "ProbeAdmin"]
