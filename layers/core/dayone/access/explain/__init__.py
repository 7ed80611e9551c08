"""Why a person has a permission set in an account, or does not."""
