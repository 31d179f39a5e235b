"""The one-command demo: its people, its mail, its servers."""
