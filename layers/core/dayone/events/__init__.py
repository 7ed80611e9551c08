"""Day One's own events on the bus."""
