"""Changes: how far they have come, how long they will take, and decisions about what they hold."""
