"""The Identity Store: users, groups and memberships, as the AWS API `identitystore` shows them."""
