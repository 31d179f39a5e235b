"""Domains of a customer as pages: over accounts, and what diagnostics finds."""
