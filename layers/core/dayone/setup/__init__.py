"""Setup check of the environment, and preparations of a deployment."""
