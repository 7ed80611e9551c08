"""The paths by which the rest of the local AWS, and tests, reach what Organizations has no API for."""

# Without a lock and so that anybody may ask at any time: the organization's id, and those of its accounts.
ORGANIZATION = "/_sandbox/organization"
ACCOUNTS = "/_sandbox/accounts/"
MANAGED_ACCOUNTS = "/_sandbox/control-tower/accounts"
