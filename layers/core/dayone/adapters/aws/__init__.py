"""Shared parts of the adapters of all services: clients, errors, rights, rate limits."""
