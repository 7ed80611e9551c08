"""What each kind of operation does in AWS."""
