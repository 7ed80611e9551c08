"""What the adapters of all services share: clients, errors, rights, rate limits."""
