"""Taking on what exists in Identity Center already."""
