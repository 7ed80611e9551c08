"""What each HR system sends, and how it is verified and read."""
