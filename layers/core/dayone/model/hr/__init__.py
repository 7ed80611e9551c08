"""HR systems as an operator has configured them."""
