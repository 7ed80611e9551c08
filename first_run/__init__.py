"""The first run on AWS, step by step in an empty organisation, with a report of what AWS did differently."""
