"""Access for a time."""
