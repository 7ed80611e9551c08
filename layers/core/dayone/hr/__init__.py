"""People as HR systems tell of them, from a delivery to one person."""
