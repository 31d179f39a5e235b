"""What happens to accounts when somebody does it."""
