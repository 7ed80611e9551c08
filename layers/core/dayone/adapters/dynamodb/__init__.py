"""The state table."""
