"""What each function does, in the words of the domain, through ports."""
