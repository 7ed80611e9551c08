"""What Day One is deployed into, described by AWS."""
