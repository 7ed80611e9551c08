"""Connectors of HR systems: the format of their deliveries, and how they are verified and parsed."""
