"""A table in memory by the rules of DynamoDB."""
