"""Roles in accounts, sign-in and the user portal: what makes access in the local Identity Center usable by people."""
