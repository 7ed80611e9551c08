"""The YAML that a policy is written in."""
