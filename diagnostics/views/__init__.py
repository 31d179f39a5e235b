"""What the pages of diagnostics show, and where their buttons lead."""
