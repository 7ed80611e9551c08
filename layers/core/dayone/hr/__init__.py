"""People from HR systems, from a delivery to one person."""
