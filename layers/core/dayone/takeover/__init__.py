"""Taking over an estate: what Identity Center has, written as a policy that gives exactly the same."""
