"""AWS as the command speaks to it: signing in, signed requests, the deployed stack, and what surrounds it."""
