"""One module per HR system: its signature scheme and the shape of its payloads."""
