"""The way to the rows of accounts: who reaches which."""
