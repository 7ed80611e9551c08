"""Carry out operations under AWS's quotas."""
