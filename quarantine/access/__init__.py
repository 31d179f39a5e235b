"""The way to the rows of the quarantine: who reaches which."""
