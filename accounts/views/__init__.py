"""What the pages of accounts show, and where their buttons lead."""
