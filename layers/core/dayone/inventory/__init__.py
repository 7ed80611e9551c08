"""The inventory of what Identity Center really has, and its differences from the record."""
