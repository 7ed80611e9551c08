"""What operators look at: health, what is stuck, dead letters, metrics, the audit log."""
