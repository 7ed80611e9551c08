"""HR systems' APIs, their configuration and their secrets."""
