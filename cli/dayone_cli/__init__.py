"""The `dayone` command: a client of the HTTP API, and of AWS where somebody signs in or sets Day One up."""
