"""What the command prints: tables, plans, progress, removals, and words for values."""
