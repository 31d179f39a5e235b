"""What people may type in diagnostics."""
