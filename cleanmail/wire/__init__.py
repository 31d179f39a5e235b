"""The ground: SMTP, DNS and address guard, standard library only (Python 3.6)."""
