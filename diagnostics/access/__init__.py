"""Which rows of diagnostics somebody may see."""
