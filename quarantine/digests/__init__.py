"""Digests: what people are told by mail of what is held for them."""
