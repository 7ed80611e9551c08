"""Messages on the queues and over HTTP, as text."""
