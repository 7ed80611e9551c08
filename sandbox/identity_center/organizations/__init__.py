"""The organization: its accounts, organizational units and tags, and the events on changes of accounts."""
