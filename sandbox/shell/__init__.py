"""A shell or a script in which `dayone` and `aws` speak to the local AWS alone."""
