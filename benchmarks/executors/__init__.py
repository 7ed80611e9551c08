"""Executors that others might write, to compare ours with."""
