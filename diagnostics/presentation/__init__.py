"""What pages of diagnostics say, decided before any template."""
