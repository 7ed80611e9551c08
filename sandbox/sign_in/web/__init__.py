"""The web pages of sign-in and the user portal."""
