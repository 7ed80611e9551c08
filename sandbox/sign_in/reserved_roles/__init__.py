"""The roles `AWSReservedSSO_…`: what is in them, who may assume them, and when they come and go."""
