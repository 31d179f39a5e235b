"""What the pages of held mail show, and where their buttons lead."""
