"""What people may type in the quarantine."""
