"""AWS accounts: events, discovery, renamed organizational units, bootstrap."""
