"""The agent: the checks as one file that runs on the customer's server."""
