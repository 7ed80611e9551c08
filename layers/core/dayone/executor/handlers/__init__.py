"""Handlers of each kind of operation."""
