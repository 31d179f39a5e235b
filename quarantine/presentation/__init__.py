"""What pages of the quarantine say, decided before any template."""
