"""Explanation of a person's access in an account."""
