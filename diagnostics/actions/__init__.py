"""What people start and change in diagnostics, an act a function."""
