"""Output of the command: tables, plans, progress, removals, and words for values."""
