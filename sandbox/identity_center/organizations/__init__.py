"""The organization: its accounts, organizational units and tags, and the events that tell of changes to accounts."""
