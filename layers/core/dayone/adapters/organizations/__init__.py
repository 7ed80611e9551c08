"""AWS Organizations: accounts, and the policies that end sessions."""
