"""Put each function together: settings, clients, adapters, ports."""
