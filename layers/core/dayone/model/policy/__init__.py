"""The policy as data."""
