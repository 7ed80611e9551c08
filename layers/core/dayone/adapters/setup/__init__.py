"""Environment of the deployment, as described by AWS."""
