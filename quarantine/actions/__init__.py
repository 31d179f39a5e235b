"""What people decide about held mail, an act a function."""
