"""The paths by which the rest of the local AWS, and tests, reach sign-in; AWS has no such doors."""

SERVICE_CONTROL_POLICIES = "/_sandbox/service-control-policies"
ONE_TIME_PASSWORDS = "/_sandbox/one-time-passwords"
# In the environment of MiniStack: the account that service control policies do not reach.
MANAGEMENT_ACCOUNT = "SANDBOX_MANAGEMENT_ACCOUNT"
LONGEST_SESSION = "/_sandbox/longest-session"
# Of MiniStack, for Identity Center: whether a caller may do something.
PERMISSIONS = "/_sandbox/permissions"
