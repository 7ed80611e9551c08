"""Identity Center: the Identity Store and the API `sso-admin`."""
