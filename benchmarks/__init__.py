"""Promises of the project in numbers, as ratios within one run."""
